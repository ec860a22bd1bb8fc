using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Folders;
using R2ec.Distributed.Orchestration.Payloads;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Threads;
using R2ec.Distributed.Orchestration.Weights;

namespace R2ec.Distributed.Orchestration.Cluster;

/// <summary>What a node's agent and its workers use.</summary>
public sealed record NodeServices
{
    /// <summary>Name of the node.</summary>
    public required string Name { get; init; }

    /// <summary>This life of it.</summary>
    public required string Incarnation { get; init; }

    /// <summary>Its roles.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>Its address on the bulk channel.</summary>
    public required string Bulk { get; init; }

    /// <summary>Addresses of the coordinators' actor systems, host:port.</summary>
    public required IReadOnlyList<string> Coordinators { get; init; }

    /// <summary>Puts runs together.</summary>
    public required IRunAssembler Assembler { get; init; }

    /// <summary>Data sets and checkpoints by name.</summary>
    public required IRunFolders Folders { get; init; }

    /// <summary>Blobs of the node.</summary>
    public required IBlobStore Blobs { get; init; }

    /// <summary>Payloads that another node serves, by its address on the bulk channel.</summary>
    public required Func<string, IPayloadReader> PayloadsOf { get; init; }

    /// <summary>Policies of a run on this node.</summary>
    public required Func<RunId, IWeightStore> Weights { get; init; }

    /// <summary>Folder of a run's checkpoints on this node.</summary>
    public required Func<RunId, string> Checkpoints { get; init; }

    /// <summary>Copies of a run's checkpoints on other nodes.</summary>
    public required Func<RunId, ICheckpointCopies> Copies { get; init; }

    /// <summary>Told the bulk address of the coordinator that is active.</summary>
    public required Action<string> CoordinatorAt { get; init; }

    /// <summary>Leases, budgets and beats.</summary>
    public required WorkOptions Work { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Clock { get; init; }

    /// <summary>How often the node's process may still die before its supervisor leaves it alone; null where nobody counts.</summary>
    public Func<int?> RestartsLeft { get; init; } = () => null;

    /// <summary>Told what the node is doing.</summary>
    public required NodeProgress Progress { get; init; }

    /// <summary>Threads for blocking work, by their names.</summary>
    internal Func<string, WorkThread> Threads { get; init; } = name => new WorkThread(name);
}
