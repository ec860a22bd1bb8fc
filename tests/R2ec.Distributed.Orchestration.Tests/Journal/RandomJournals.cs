using System.Globalization;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Randomness;
using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Orchestration.Tests.Journal;

/// <summary>Journals as the run's own state machine writes them, each by what a seed draws: which order is done next, whether it fails, and when the run is paused and taken up again.</summary>
internal static class RandomJournals
{
    internal static readonly RunId Run = new("random");
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    /// <summary>Three times three modes, over and over.</summary>
    internal static IReadOnlyList<IRunEvent> Of(int seed) => Of(Plan((TrainingMode)(seed % 3), bound: seed % 3 == 1 ? 1 : seed % 3 == 2 ? 1 + (seed % 4) : 0), seed);

    /// <summary>A journal that follows this plan.</summary>
    internal static IReadOnlyList<IRunEvent> Of(RunPlan plan, int seed, bool disturbed = true)
    {
        var stream = new ChanceStream((ulong)seed, ChancePurpose.World, 0);
        var prompts = new PromptOrder(plan);
        var facts = new List<IRunEvent>();
        var state = new RunState(Run);
        Tell(new RunCommands.Submit("seed: 1"));
        Tell(new RunCommands.Start("seed: 1", plan, Named("data"), Named("tokenizer"), new Dictionary<string, string> { ["threads"] = "1" }));
        while (state.Phase is RunPhase.Running)
        {
            var orders = state.Orders();
            var order = orders[disturbed ? stream.NextIndex(orders.Count) : 0];
            switch (disturbed ? stream.NextIndex(40) : -1)
            {
                case 0:
                    Tell(new RunCommands.Pause("why"));
                    Tell(new RunCommands.Resume(state.Numerics, false));
                    break;
                case 1:
                    Tell(new RunCommands.Resume(new Dictionary<string, string> { ["threads"] = facts.Count.ToString(CultureInfo.InvariantCulture) }, true));
                    break;
                case 2:
                    Tell(new RunCommands.ObserveFault("rollout-1", "rollout", "no beat", 1, 4));
                    break;
                case 3 when order is RunOrder.CollectGroups collect && plan.Mode == TrainingMode.Async:
                    Tell(new RunCommands.DropGroups(state.Epoch, collect.Step.Step, [collect.Step.FirstGroup(collect.MissingBundles[0])], "the device is hot"));
                    break;
                default:
                    Tell(Report(state, order, prompts));
                    break;
            }
        }

        return facts;

        void Tell(IRunCommand command)
        {
            foreach (var fact in state.Decide(command, Now).Events)
            {
                facts.Add(fact);
                state = state.Apply(fact);
            }
        }
    }

    internal static RunPlan Plan(TrainingMode mode, int bound, int steps = 8, int batch = 3) => new()
    {
        Seed = 1, WarmStartSteps = 30, WarmStartCheckpointEvery = 20, Steps = steps, Batch = batch, GroupSize = 2, BundleGroups = 2, BundleItems = 4, BundleUsers = 4, RefreshEvery = 2,
        Shards = 2, EvaluateEvery = 2, EvaluationSamples = 0, InterimSamples = 0, BootstrapDraws = 100, Patience = 0, CheckpointEvery = 3, CheckpointKeep = 2, ItemCount = 5,
        TrainCount = 70, ValidCount = 2, TestCount = 2, Mode = mode, MaxStaleness = bound,
    };

    internal static RunState Replayed(IEnumerable<IRunEvent> facts, RunState? from = null) => facts.Aggregate(from ?? new RunState(Run), (state, fact) => state.Apply(fact));

    private static IRunCommand Report(RunState state, RunOrder order, PromptOrder prompts) => order switch
    {
        RunOrder.MeasureBaselines => new RunCommands.ReportBaselines(state.Epoch, []),
        RunOrder.TrainWarmStart o => new RunCommands.ReportWarmStart(state.Epoch, o.UntilStep, Named($"warm {o.UntilStep}"), []),
        RunOrder.BeginReinforcement => new RunCommands.ReportReinforcement(state.Epoch, Named("version 0")),
        RunOrder.WriteCheckpoint o => new RunCommands.ReportCheckpoint(state.Epoch, o.Position, Named($"manifest {o.Position}"), o.Position.FolderName),
        RunOrder.EncodeTable o => new RunCommands.ReportTable(state.Epoch, o.Version, o.Policy, Named($"table {o.Version}"), Named($"payload {o.Version}")),
        RunOrder.Evaluate o => new RunCommands.ReportEvaluation(state.Epoch, o.Step, o.Kind, [new Metric("valid/ndcg@10", o.Step)], Named("ranks"), Named("chains")),
        RunOrder.PlanStep o => new RunCommands.PlanStep(o.Step, prompts.Samples(o.Step)),
        RunOrder.CollectGroups o => new RunCommands.CompleteGroups(state.Epoch, [.. Enumerable.Range(0, o.Step.Bundles[o.MissingBundles[0]]).Select(i => Group(o.Step, o.Step.FirstGroup(o.MissingBundles[0]) + i))]),
        RunOrder.AssembleStep o => new RunCommands.AssembleStep(o.Step),
        RunOrder.TrainStep o => new RunCommands.ReportTrained(state.Epoch, o.Step.Step, Named($"version {o.Step.Step}"), []),
        RunOrder.Complete => new RunCommands.Complete(),
        _ => throw new InvalidOperationException(order.ToString()),
    };

    private static StoredGroup Group(StepRecord step, int index) => new(new GroupId(step.Step, index), step.Samples[index], Named($"group {step.Step}/{index}"), 100, step.Policy, step.Table);

    private static Digest Named(string text) => Digest.Of(System.Text.Encoding.UTF8.GetBytes(text));
}
