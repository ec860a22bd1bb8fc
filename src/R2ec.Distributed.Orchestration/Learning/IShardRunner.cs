using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;

namespace R2ec.Distributed.Orchestration.Learning;

/// <summary>Whoever computes the shards of a step: gradient workers of the cluster, or the engine at hand in a replay.</summary>
public interface IShardRunner
{
    /// <summary>Phase one of a shard with these weights.</summary>
    Task<ShardForward> ForwardAsync(Digest policy, ShardOrder order, CancellationToken stop);

    /// <summary>Phase two of the same shard.</summary>
    Task<ShardGradient> BackwardAsync(ShardOrder order, VectorGradients gradients, CancellationToken stop);

    /// <summary>Drops what is kept of the step.</summary>
    Task ForgetAsync(CancellationToken stop);
}
