using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Folders;
using R2ec.Distributed.Orchestration.Payloads;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Threads;

namespace R2ec.Distributed.Orchestration.Cluster;

/// <summary>What a coordinator uses on its node.</summary>
public sealed record CoordinatorServices
{
    /// <summary>Its address on the bulk channel.</summary>
    public required string Bulk { get; init; }

    /// <summary>Journals of the runs.</summary>
    public required IRunJournals Journals { get; init; }

    /// <summary>Opens the payloads of a run.</summary>
    public required Func<RunId, Task<IPayloads>> Payloads { get; init; }

    /// <summary>Puts runs together.</summary>
    public required IRunAssembler Assembler { get; init; }

    /// <summary>Data sets and checkpoints by name.</summary>
    public required IRunFolders Folders { get; init; }

    /// <summary>Blobs of the node.</summary>
    public required IBlobStore Blobs { get; init; }

    /// <summary>Who holds which weights and checkpoints.</summary>
    public required IHolders Holders { get; init; }

    /// <summary>What a failure of a run's journal means for a person.</summary>
    public required Func<RunId, Exception, string> Explain { get; init; }

    /// <summary>Told of a write that failed: whether somebody else writes is for the node to see, which then leaves the cluster.</summary>
    public required Action<Exception> JournalFailed { get; init; }

    /// <summary>Told that the other coordinators have shut this one out: its node leaves.</summary>
    public required Action ShutOut { get; init; }

    /// <summary>Where this node says whether it is the active one.</summary>
    public required ActiveCoordinator Active { get; init; }

    /// <summary>Leases, budgets and beats.</summary>
    public required WorkOptions Work { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>Threads for blocking work, by their names.</summary>
    internal Func<string, WorkThread> Threads { get; init; } = name => new WorkThread(name);
}
