using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Core.Tests.Runs;

/// <summary>Carries out whatever a run orders, at once, and notes what was ordered.</summary>
internal sealed class RunScript(RunPlan plan)
{
    internal static readonly RunId Run = new("script");
    internal static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private readonly PromptOrder _order = new(plan);

    internal RunState State { get; private set; } = new(Run);

    internal List<IRunEvent> Facts { get; } = [];

    internal List<string> Orders { get; } = [];

    internal Func<int, double> Ndcg { get; init; } = step => step;

    internal static RunPlan Plan(int steps = 4, int warmStart = 30, int patience = 0, TrainingMode mode = TrainingMode.Sync, int maxStaleness = 0, bool partial = false) => new()
    {
        Seed = 1, WarmStartSteps = warmStart, WarmStartCheckpointEvery = 20, Steps = steps, Batch = 3, GroupSize = 2, BundleGroups = 2, BundleItems = 4, BundleUsers = 4, RefreshEvery = 2,
        Shards = 2, EvaluateEvery = 2, EvaluationSamples = 0, InterimSamples = 0, BootstrapDraws = 100, Patience = patience, CheckpointEvery = 3, CheckpointKeep = 2, ItemCount = 5,
        TrainCount = 7, ValidCount = 2, TestCount = 2, Mode = mode, MaxStaleness = maxStaleness, PartialRollouts = partial,
    };

    internal static Digest D(string text) => Digest.Of(System.Text.Encoding.UTF8.GetBytes(text));

    internal RunReply Tell(IRunCommand command)
    {
        var decision = State.Decide(command, Now);
        foreach (var fact in decision.Events)
        {
            Facts.Add(fact);
            State = State.Apply(fact);
        }

        return decision.Reply;
    }

    internal RunScript Begin()
    {
        Tell(new RunCommands.Start("seed: 1", plan, D("data"), D("tokenizer"), new Dictionary<string, string> { ["threads"] = "1" }));
        return this;
    }

    internal RunScript ToTheEnd(int mostOrders = 1000)
    {
        while (State.NextOrder() is not RunOrder.Nothing and var order && Orders.Count < mostOrders)
        {
            Orders.Add(Name(order));
            Assert.IsNotType<RunReply.Refused>(Tell(Report(order)));
        }

        return this;
    }

    internal IRunCommand Report(RunOrder order) => order switch
    {
        RunOrder.MeasureBaselines => new RunCommands.ReportBaselines(State.Epoch, [new BaselineMetrics("popularity", [new Metric("valid/ndcg@10", 0.1)])]),
        RunOrder.TrainWarmStart o => new RunCommands.ReportWarmStart(State.Epoch, o.UntilStep, D($"warm {o.UntilStep}"), [new Metric("loss/token", 1)]),
        RunOrder.BeginReinforcement => new RunCommands.ReportReinforcement(State.Epoch, D("version 0")),
        RunOrder.WriteCheckpoint o => new RunCommands.ReportCheckpoint(State.Epoch, o.Position, D($"manifest {o.Position}"), o.Position.FolderName),
        RunOrder.EncodeTable o => new RunCommands.ReportTable(State.Epoch, o.Version, o.Policy, D($"table {o.Version}"), D($"payload {o.Version}")),
        RunOrder.Evaluate o => new RunCommands.ReportEvaluation(State.Epoch, o.Step, o.Kind, [new Metric("valid/ndcg@10", Ndcg(o.Step))], D("ranks"), D("chains")),
        RunOrder.PlanStep o => new RunCommands.PlanStep(o.Step, _order.Samples(o.Step)),
        RunOrder.CollectGroups o => new RunCommands.CompleteGroups(State.Epoch, [.. Enumerable.Range(0, o.Step.Bundles[o.MissingBundles[0]]).Select(i => Group(o.Step, o.Step.FirstGroup(o.MissingBundles[0]) + i))]),
        RunOrder.AssembleStep o => new RunCommands.AssembleStep(o.Step),
        RunOrder.TrainStep o => new RunCommands.ReportTrained(State.Epoch, o.Step.Step, D($"version {o.Step.Step}"), [new Metric("reward/mean", o.Step.Step), new Metric("time/step_s", 1)]),
        RunOrder.Complete => new RunCommands.Complete(),
        _ => throw new InvalidOperationException(order.ToString()),
    };

    internal static StoredGroup Group(StepRecord step, int index) => new(new GroupId(step.Step, index), step.Samples[index], D($"group {step.Step}/{index}"), 100, step.Policy, step.Table);

    internal static string Name(RunOrder order) => order switch
    {
        RunOrder.TrainWarmStart o => $"warm {o.UntilStep}",
        RunOrder.WriteCheckpoint o => $"checkpoint {o.Position.FolderName}",
        RunOrder.EncodeTable o => $"encode {o.Version}",
        RunOrder.Evaluate o => $"evaluate {o.Step} {o.Kind}",
        RunOrder.PlanStep o => $"plan {o.Step}",
        RunOrder.CollectGroups o => $"collect {o.Step.Step} {string.Join('+', o.MissingBundles)}",
        RunOrder.AssembleStep o => $"assemble {o.Step}",
        RunOrder.TrainStep o => $"train {o.Step.Step}",
        _ => order.GetType().Name,
    };
}
