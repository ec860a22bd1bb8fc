using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Orchestration.Cluster;

/// <summary>Copies of a run's checkpoints that other nodes hold.</summary>
public interface ICheckpointCopies
{
    /// <summary>Brings a checkpoint into this node's folder, whole and verified, unless it is there.</summary>
    /// <param name="checkpoint">Which.</param>
    /// <param name="holders">Bulk addresses to ask first; others that may have it are found by asking the coordinators.</param>
    /// <param name="stop">Ends it.</param>
    /// <returns>Whether it stands here now.</returns>
    Task<bool> FetchAsync(CheckpointRecord checkpoint, IReadOnlyList<string> holders, CancellationToken stop);
}
