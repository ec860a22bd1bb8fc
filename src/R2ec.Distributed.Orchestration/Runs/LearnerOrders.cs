using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Learning;

namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>A run's orders as its learner gets them.</summary>
internal static class LearnerOrders
{
    /// <summary>An order of the run as the learner gets it. What a step trains on goes into a blob, which the run holds until the step is trained.</summary>
    internal static LearningProtocol.ILearnerOrder Of(RunOrder order, RunState state, HeldBlob groups, BundleStore bundles)
    {
        if (order is RunOrder.TrainStep step)
        {
            groups.Take(bundles.Groups(step.Step));
        }

        return order switch
        {
            RunOrder.TrainWarmStart o => new LearningProtocol.TrainWarmStart(state.Epoch, o.UntilStep),
            RunOrder.BeginReinforcement => new LearningProtocol.BeginReinforcement(state.Epoch),
            RunOrder.WriteCheckpoint o => new LearningProtocol.SaveCheckpoint(state.Epoch, o.Position, CheckpointRetention.Kept(state)),
            RunOrder.TrainStep o => new LearningProtocol.TrainStep(state.Epoch, o.Step.Step, groups.Ref!),
            _ => throw new InvalidOperationException($"{order.GetType().Name} is no order for a learner."),
        };
    }

    /// <summary>A learner's arrival as the run takes note of it.</summary>
    internal static IRunCommand Report(LearningProtocol.LearnerAt at, RunState state, RunClockwork times) => at.Position switch
    {
        { Stage: RunStage.WarmStart } => new RunCommands.ReportWarmStart(at.Epoch, at.Position.Step, at.Weights, at.Metrics),
        { Step: 0 } => new RunCommands.ReportReinforcement(at.Epoch, at.Weights),
        _ => new RunCommands.ReportTrained(at.Epoch, at.Position.Step, at.Weights, [.. at.Metrics, .. Age(state, at.Position.Step), .. times.Trained(at.Position.Step, state, at.Metrics)]),
    };

    private static IEnumerable<Metric> Age(RunState state, int step) =>
        state.Plan!.Mode != TrainingMode.Sync && state.Orders().OfType<RunOrder.TrainStep>().FirstOrDefault(order => order.Step.Step == step) is { Step.Age: var age }
            ? StalenessGauge.Row("staleness/", age)
            : [];
}
