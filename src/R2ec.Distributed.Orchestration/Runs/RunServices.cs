using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Payloads;
using R2ec.Distributed.Orchestration.Threads;
using R2ec.Distributed.Orchestration.Weights;

namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>What the actors of a run use on their node.</summary>
public sealed record RunServices
{
    /// <summary>The run's files.</summary>
    public required RunFolder Folder { get; init; }

    /// <summary>The spec.</summary>
    public required ExperimentSpec Spec { get; init; }

    /// <summary>The data set in tokens.</summary>
    public required IPromptBook Book { get; init; }

    /// <summary>The model-free scorers.</summary>
    public required IBaselines Baselines { get; init; }

    /// <summary>The policy of record.</summary>
    public required ILearnerEngine Learner { get; init; }

    /// <summary>Blobs of the node.</summary>
    public required IBlobStore Blobs { get; init; }

    /// <summary>Published policies.</summary>
    public required IWeightStore Weights { get; init; }

    /// <summary>Payloads of the run.</summary>
    public required IPayloads Payloads { get; init; }

    /// <summary>The thread on which blocking and heavy work of the run is done.</summary>
    public required WorkThread Bulk { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>Leases, budgets and beats.</summary>
    public required WorkOptions Work { get; init; }

    /// <summary>Ends what the node no longer waits for.</summary>
    public CancellationToken Stopping { get; init; }

    /// <summary>Who is told what the run does.</summary>
    public required RunWatch Watch { get; init; }
}
