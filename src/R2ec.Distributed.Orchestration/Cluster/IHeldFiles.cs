using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Orchestration.Cluster;

/// <summary>Files of runs, wherever in the cluster they are held. Whoever reads them compares their hashes.</summary>
public interface IHeldFiles
{
    /// <summary>The exported tensors of a policy; null where no node holds it.</summary>
    Task<Stream?> WeightsAsync(Digest weights, CancellationToken stop);

    /// <summary>A file of a checkpoint; null where no node holds it.</summary>
    Task<Stream?> CheckpointAsync(Digest manifest, string file, CancellationToken stop);
}
