using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Learning;

/// <summary>Talk between a run and its learner. Every order carries the epoch; the learner refuses lower ones.</summary>
public static class LearningProtocol
{
    /// <summary>An order to the learner.</summary>
    public interface ILearnerOrder : IWireMessage
    {
        /// <summary>The life of the coordinator that orders it.</summary>
        Epoch Epoch { get; }
    }

    /// <summary>Take over the newest whole checkpoint of these, or the initial policy; or stay where you stand, if that is where the run is.</summary>
    /// <param name="Epoch">The epoch.</param>
    /// <param name="Candidates">Newest first.</param>
    /// <param name="Journaled">Where the run is; null where the learner has to come by a checkpoint, since the run still needs versions before it.</param>
    public sealed record Restore(Epoch Epoch, IReadOnlyList<CheckpointRecord> Candidates, LearnerStand? Journaled = null) : ILearnerOrder;

    /// <summary>Train the warm start up to a step.</summary>
    public sealed record TrainWarmStart(Epoch Epoch, int UntilStep) : ILearnerOrder;

    /// <summary>End the warm start.</summary>
    public sealed record BeginReinforcement(Epoch Epoch) : ILearnerOrder;

    /// <summary>Train a step on the groups whose payloads the blob lists.</summary>
    public sealed record TrainStep(Epoch Epoch, int Step, BlobRef Groups) : ILearnerOrder;

    /// <summary>Keep the learner's state.</summary>
    /// <param name="Epoch">The epoch.</param>
    /// <param name="Position">Where the learner has to stand.</param>
    /// <param name="Keep">Folders of other checkpoints that are kept; all others are removed afterwards.</param>
    public sealed record SaveCheckpoint(Epoch Epoch, RunPosition Position, IReadOnlyList<string> Keep) : ILearnerOrder;

    /// <summary>The learner stands at a position.</summary>
    /// <param name="Epoch">The epoch.</param>
    /// <param name="Position">The position.</param>
    /// <param name="Weights">What it holds.</param>
    /// <param name="Metrics">What the way there measured.</param>
    /// <param name="IsRestored">Whether that answers a restoration: only then may the run take its position for the learner's, wherever that was before.</param>
    public sealed record LearnerAt(Epoch Epoch, RunPosition Position, Digest Weights, IReadOnlyList<Metric> Metrics, bool IsRestored = false) : IWireMessage;

    /// <summary>A checkpoint stands.</summary>
    public sealed record CheckpointSaved(Epoch Epoch, RunPosition Position, Digest Manifest, string Folder) : IWireMessage;

    /// <summary>An order could not be done; what the learner holds is unknown.</summary>
    public sealed record LearnerFailed(Epoch Epoch, string Reason, FailureKind Kind) : IWireMessage;

    /// <summary>A gradient worker has time.</summary>
    public sealed record AskForShard(string Worker) : IWireMessage;

    /// <summary>A gradient worker gets the forward passes of a shard.</summary>
    public sealed record ShardLease(RunId Run, Epoch Epoch, WorkId Work, Attempt Attempt, Digest Policy, BlobRef Order, TimeSpan Holds) : IWireMessage;

    /// <summary>The forward passes are done and their graph is kept.</summary>
    public sealed record ShardForwarded(RunId Run, Epoch Epoch, WorkId Work, Attempt Attempt, Digest Policy, BlobRef Result) : IWireMessage;

    /// <summary>The item part's gradients of the shard's vectors: go backward.</summary>
    public sealed record ShardBackward(RunId Run, Epoch Epoch, WorkId Work, Attempt Attempt, BlobRef Gradients) : IWireMessage;

    /// <summary>The backward passes are done.</summary>
    public sealed record ShardFinished(RunId Run, Epoch Epoch, WorkId Work, Attempt Attempt, BlobRef Gradient, BlobRef? ItemGradient) : IWireMessage;

    /// <summary>A gradient worker still works or keeps a graph.</summary>
    public sealed record ShardHeld(RunId Run, Epoch Epoch, WorkId Work, Attempt Attempt) : IWireMessage;

    /// <summary>A gradient worker could not do it.</summary>
    public sealed record ShardFailed(RunId Run, Epoch Epoch, WorkId Work, Attempt Attempt, string Reason, FailureKind Kind) : IWireMessage;

    /// <summary>Nothing that is kept of forward passes of this epoch or an earlier one is needed any more.</summary>
    public sealed record ForgetShards(RunId Run, Epoch Epoch) : IWireMessage;
}
