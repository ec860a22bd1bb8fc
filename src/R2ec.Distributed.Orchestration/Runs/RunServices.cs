using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Cluster;
using R2ec.Distributed.Orchestration.Learning;
using R2ec.Distributed.Orchestration.Payloads;
using R2ec.Distributed.Orchestration.Threads;

namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>What the actors of a run use on their node.</summary>
public sealed record RunServices
{
    /// <summary>What a failure of the run's journal means for a person.</summary>
    public required Func<Exception, string> Explain { get; init; }

    /// <summary>The spec.</summary>
    public required ExperimentSpec Spec { get; init; }

    /// <summary>The data set in tokens.</summary>
    public required IPromptBook Book { get; init; }

    /// <summary>The model-free scorers.</summary>
    public required IBaselines Baselines { get; init; }

    /// <summary>Events that the journal held when the run was put together: a snapshot of a later one is not taken.</summary>
    public long Journaled { get; init; }

    /// <summary>Told of a write that failed: what stands in the journal is unknown then, and whoever else writes may have taken the run over.</summary>
    public Action<Exception>? JournalFailed { get; init; }

    /// <summary>The learner of this process; null where the run appoints one among the cluster's learner nodes.</summary>
    public LearnerServices? Learner { get; init; }

    /// <summary>Blobs of the node.</summary>
    public required IBlobStore Blobs { get; init; }

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

    /// <summary>Who holds which weights and checkpoints; used where the learner is another process.</summary>
    public IHolders Holders { get; init; } = NoHolders.Instance;

    /// <summary>Who is told what the run does.</summary>
    public required RunWatch Watch { get; init; }
}
