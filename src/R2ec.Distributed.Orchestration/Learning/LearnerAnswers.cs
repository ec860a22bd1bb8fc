using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Wire;
using static R2ec.Distributed.Orchestration.Learning.LearningProtocol;

namespace R2ec.Distributed.Orchestration.Learning;

/// <summary>Which order of an epoch is which, and which answer belongs to it. Orders and answers may arrive twice.</summary>
internal static class LearnerAnswers
{
    /// <summary>What an order asks for; two that ask for the same are one.</summary>
    internal static (Epoch Epoch, string What) Key(ILearnerOrder order) => order switch
    {
        TrainWarmStart o => (o.Epoch, $"warm start {o.UntilStep}"),
        TrainStep o => (o.Epoch, $"step {o.Step}"),
        SaveCheckpoint o => (o.Epoch, $"checkpoint {o.Position}"),
        _ => (order.Epoch, order.GetType().Name),
    };

    /// <summary>Whether an order can be meant for a learner that stands at a position: a restoration only where it stands nowhere any more.</summary>
    internal static bool Follows(ILearnerOrder order, RunPosition at) => order switch
    {
        Restore => false,
        TrainWarmStart o => at.Stage == RunStage.WarmStart && o.UntilStep > at.Step,
        BeginReinforcement => at.Stage == RunStage.WarmStart,
        TrainStep o => at.Stage == RunStage.Reinforcement && o.Step == at.Step + 1,
        SaveCheckpoint o => o.Position == at,
        _ => true,
    };

    /// <summary>Whether an answer is one to an order.</summary>
    internal static bool Fits(ILearnerOrder order, IWireMessage answer) => (order, answer) switch
    {
        (_, LearnerFailed failed) => failed.Epoch == order.Epoch,
        (SaveCheckpoint o, CheckpointSaved saved) => saved.Epoch == o.Epoch && saved.Position == o.Position,
        (not Restore, LearnerAt { IsRestored: true }) => false,
        (TrainWarmStart o, LearnerAt at) => at.Epoch == o.Epoch && at.Position == new RunPosition(RunStage.WarmStart, o.UntilStep),
        (BeginReinforcement o, LearnerAt at) => at.Epoch == o.Epoch && at.Position == new RunPosition(RunStage.Reinforcement, 0),
        (TrainStep o, LearnerAt at) => at.Epoch == o.Epoch && at.Position == new RunPosition(RunStage.Reinforcement, o.Step),
        (Restore o, LearnerAt at) => at.Epoch == o.Epoch && at.IsRestored,
        _ => false,
    };
}
