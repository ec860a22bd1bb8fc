using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Node.Tests.Api;

/// <summary>Made-up journals.</summary>
internal static class Journals
{
    internal static readonly RunId Run = new("games");
    internal static readonly Digest Weights = D("version 1");

    internal static Digest D(string text) => Digest.Of(System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>A run that has trained one step of two and collects the second.</summary>
    internal static List<IRunEvent> UnderWay()
    {
        var (at, plan) = (FakeControl.Now, Plan());
        SampleId[] samples = [new(1), new(2)];
        return
        [
            new RunEvents.Submitted(Run, "seed: 1\n", at),
            new RunEvents.Started(Run, "seed: 1\n", D("seed: 1\n"), plan, D("data"), D("tokenizer"), new Dictionary<string, string> { ["threads"] = "1" }, at),
            new RunEvents.BaselinesMeasured(Run, [new BaselineMetrics("popularity", [new Metric("valid/ndcg@10", 0.1)])], at),
            new RunEvents.ReinforcementBegun(Run, D("version 0"), at),
            new RunEvents.CheckpointWritten(Run, new RunPosition(RunStage.Reinforcement, 0), D("manifest"), "step-000000", at),
            new RunEvents.ItemTableReady(Run, 0, D("version 0"), D("table"), D("payload"), at),
            new RunEvents.Evaluated(Run, 0, EvaluationKind.First, [new Metric("valid/ndcg@10", 0.2), new Metric("valid/mean", double.NaN)], D("ranks"), D("chains"), at),
            new RunEvents.StepPlanned(Run, 1, samples, [2], D("version 0"), D("table"), at),
            new RunEvents.GroupCompleted(Run, new GroupId(1, 0), samples[0], D("group 0"), 100, D("version 0"), D("table"), at),
            new RunEvents.FaultObserved(Run, "rollout-2", "rollout", "no beat for 4.1 s", 1, 4.1, at.AddSeconds(1)),
            new RunEvents.GroupCompleted(Run, new GroupId(1, 1), samples[1], D("group 1"), 100, D("version 0"), D("table"), at.AddSeconds(2)),
            new RunEvents.StepTrained(Run, 1, Weights, [new Metric("reward/mean", 0.3)], at.AddSeconds(3)),
            new RunEvents.StepPlanned(Run, 2, samples, [2], Weights, D("table"), at.AddSeconds(4)),
        ];
    }

    private static RunPlan Plan() => new()
    {
        Seed = 1, WarmStartSteps = 0, WarmStartCheckpointEvery = 20, Steps = 2, Batch = 2, GroupSize = 2, BundleGroups = 2, BundleItems = 4, BundleUsers = 4, RefreshEvery = 2, Shards = 1,
        EvaluateEvery = 5, EvaluationSamples = 0, InterimSamples = 0, BootstrapDraws = 100, Patience = 0, CheckpointEvery = 9, CheckpointKeep = 2, ItemCount = 5, TrainCount = 7,
        ValidCount = 2, TestCount = 2,
    };
}
