using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Payloads;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Threads;
using R2ec.Distributed.Orchestration.Weights;

namespace R2ec.Distributed.Orchestration.Learning;

/// <summary>What a run's learner uses on its node.</summary>
public sealed record LearnerServices
{
    /// <summary>The spec.</summary>
    public required ExperimentSpec Spec { get; init; }

    /// <summary>The data set in tokens.</summary>
    public required IPromptBook Book { get; init; }

    /// <summary>Told the digest of what the learner holds after each order.</summary>
    public Action<Digest> Holds { get; init; } = _ => { };

    /// <summary>The policy of record.</summary>
    public required ILearnerEngine Engine { get; init; }

    /// <summary>Blobs of the node.</summary>
    public required IBlobStore Blobs { get; init; }

    /// <summary>Where the payloads of an order are read, by the holder of its list.</summary>
    public required Func<BlobRef, IPayloadReader> Payloads { get; init; }

    /// <summary>Published policies.</summary>
    public required IWeightStore Weights { get; init; }

    /// <summary>The run's checkpoints on this node.</summary>
    public required CheckpointFolder Checkpoints { get; init; }

    /// <summary>The thread on which blocking file work is done.</summary>
    public required WorkThread Bulk { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>Leases, budgets and beats.</summary>
    public required WorkOptions Work { get; init; }
}
