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
    private Digest? _held;

    /// <inheritdoc/>
    public async Task<ShardForward> ForwardAsync(Digest policy, ShardOrder order, CancellationToken stop)
    {
        if (_held != policy)
        {
            _held = await engine.LoadPolicyAsync(await weights.GetAsync(policy, stop).ConfigureAwait(false), stop).ConfigureAwait(false);
        }

        return _held == policy
            ? await engine.ForwardAsync(order, stop).ConfigureAwait(false)
            : throw new InputException($"The gradient engine holds {_held?.Brief}, not {policy.Brief}: the published weights were changed.");
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
