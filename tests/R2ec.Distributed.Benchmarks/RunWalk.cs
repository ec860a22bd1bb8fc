using System.Collections.Immutable;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;

/// <summary>The journal of a run of so many groups, made by the run's own state machine: whatever it orders is done at once.</summary>
internal sealed class RunWalk
{
    private const int Batch = 32;
    private static readonly Digest Some = Digest.Of("some"u8);
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private readonly PromptOrder _order;
    private readonly RunPlan _plan;

    private RunWalk(RunId run, int groups)
    {
        State = new RunState(run);
        _plan = new RunPlan
        {
            Seed = 5, WarmStartSteps = 0, WarmStartCheckpointEvery = 100, Steps = groups / Batch, Batch = Batch, GroupSize = 8, BundleGroups = 8, BundleItems = 100, BundleUsers = 100,
            RefreshEvery = 25, Shards = 8, EvaluateEvery = 100, EvaluationSamples = 0, InterimSamples = 0, BootstrapDraws = 100, Patience = 0, CheckpointEvery = 25, CheckpointKeep = 2,
            ItemCount = 100, TrainCount = 10_000, ValidCount = 100, TestCount = 100,
        };
        _order = new PromptOrder(_plan);
    }

    private RunState State { get; set; }

    /// <summary>Its events, up to the last step's; the run is not over.</summary>
    public static IReadOnlyList<IRunEvent> Events(RunId run, int groups) => [.. new RunWalk(run, groups).Walk()];

    private IEnumerable<IRunEvent> Walk()
    {
        var numerics = ImmutableSortedDictionary<string, string>.Empty.Add("threads", "1");
        for (IRunCommand command = new RunCommands.Start("seed: 5", _plan, Some, Some, numerics); command is not RunCommands.Complete; command = Done(State.NextOrder()))
        {
            foreach (var fact in State.Decide(command, Now).Events)
            {
                State = State.Apply(fact);
                yield return fact;
            }
        }
    }

    private IRunCommand Done(RunOrder order) => order switch
    {
        RunOrder.MeasureBaselines => new RunCommands.ReportBaselines(State.Epoch, []),
        RunOrder.BeginReinforcement => new RunCommands.ReportReinforcement(State.Epoch, Some),
        RunOrder.WriteCheckpoint o => new RunCommands.ReportCheckpoint(State.Epoch, o.Position, Named("checkpoint", o.Position.Step, 0), o.Position.FolderName),
        RunOrder.EncodeTable o => new RunCommands.ReportTable(State.Epoch, o.Version, o.Policy, Named("table", o.Version, 0), Some),
        RunOrder.Evaluate o => new RunCommands.ReportEvaluation(State.Epoch, o.Step, o.Kind, [new Metric("valid/ndcg@10", o.Step)], Some, Some),
        RunOrder.PlanStep o => new RunCommands.PlanStep(o.Step, _order.Samples(o.Step)),
        RunOrder.CollectGroups o => new RunCommands.CompleteGroups(State.Epoch, [.. o.Step.Samples.Select((sample, i) => new StoredGroup(new GroupId(o.Step.Step, i), sample, Named("group", o.Step.Step, i), 200_000, o.Step.Policy, o.Step.Table))]),
        RunOrder.TrainStep o => new RunCommands.ReportTrained(State.Epoch, o.Step.Step, Named("version", o.Step.Step, 0), [.. Enumerable.Range(0, 40).Select(i => new Metric($"metric/number_{i}", i))]),
        RunOrder.Complete => new RunCommands.Complete(),
        _ => throw new InvalidOperationException($"No rule for {order.GetType().Name}."),
    };

    private static Digest Named(string what, int step, int index) => Digest.Of(System.Text.Encoding.UTF8.GetBytes($"{what} {step}/{index}"));
}
