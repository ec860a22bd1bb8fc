using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Orchestration.Weights;

namespace R2ec.Distributed.Orchestration.Learning;

/// <summary>Computes shards on the engine at hand, without actors.</summary>
/// <param name="engine">The engine.</param>
/// <param name="weights">Where policies are published.</param>
public sealed class LocalShardRunner(IGradientEngine engine, IWeightStore weights) : IShardRunner
{
    private readonly HeldPolicy _policy = new(engine, weights);

    /// <inheritdoc/>
    public async Task<ShardForward> ForwardAsync(Digest policy, ShardOrder order, CancellationToken stop)
    {
        var held = await _policy.HoldAsync(policy, stop).ConfigureAwait(false);
        return held == policy
            ? await engine.ForwardAsync(order, stop).ConfigureAwait(false)
            : throw new InputException($"The gradient engine holds {held.Brief}, not {policy.Brief}: the published weights were changed.");
    }

    /// <inheritdoc/>
    public Task<ShardGradient> BackwardAsync(ShardOrder order, VectorGradients gradients, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(order);
        ArgumentNullException.ThrowIfNull(gradients);
        return engine.BackwardAsync(order.Step, order.Shard, gradients.Users, gradients.Items, stop);
    }

    /// <inheritdoc/>
    public Task ForgetAsync(CancellationToken stop) => engine.ForgetAsync(stop);
}
