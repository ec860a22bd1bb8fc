using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Model.Checkpoints;
using R2ec.Distributed.Model.Compute;
using R2ec.Distributed.Model.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Engines;

/// <summary>Phase one and phase two of a step's shards, on a thread of its own. Graphs of phase one are kept by (step, shard) until phase two or a forget.</summary>
public sealed class GradientEngine(PolicyContext context) : IGradientEngine
{
    private readonly ComputeThread _thread = new("gradients", context.Spec.Numerics.Threads);
    private readonly Dictionary<(int Step, int Shard), KeptShard> _kept = [];
    private TrainedPolicy? _policy;

    /// <inheritdoc/>
    public Task<Digest> LoadPolicyAsync(string path, CancellationToken stop) => _thread.RunAsync(
        () =>
        {
            using var scope = NewDisposeScope();
            // Graphs of the weights that are about to be overwritten are of no use, whether or not the new ones arrive whole.
            Forget();
            _policy ??= TrainedPolicy.Initial(context);
            using var file = SafetensorsFile.Open(path);
            _policy.Load(file);
            Canary.Check(file, _policy.Backbone, context);
            return _policy.Digest();
        },
        stop);

    /// <inheritdoc/>
    public Task<ShardForward> ForwardAsync(ShardOrder order, CancellationToken stop) => _thread.RunAsync(() => Forward(order, stop), stop);

    /// <inheritdoc/>
    public Task<ShardGradient> BackwardAsync(int step, int shard, byte[] userGradients, byte[] itemGradients, CancellationToken stop) =>
        _thread.RunAsync(() => Backward(step, shard, userGradients, itemGradients, stop), stop);

    /// <inheritdoc/>
    public Task ForgetAsync(CancellationToken stop) => _thread.RunAsync(
        () =>
        {
            Forget();
            return true;
        },
        stop);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _thread.RunAsync(
            () =>
            {
                Forget();
                _policy?.Dispose();
                return true;
            },
            CancellationToken.None).ConfigureAwait(false);
        await _thread.DisposeAsync().ConfigureAwait(false);
    }

    private ShardForward Forward(ShardOrder order, CancellationToken stop)
    {
        using var scope = NewDisposeScope();
        var policy = _policy ?? throw new InvalidOperationException("A gradient worker was asked for a shard before it had a policy.");
        if (_kept.Remove((order.Step, order.Shard), out var old))
        {
            old.Dispose();
        }

        var shard = KeptShard.Run(context, policy.Backbone, order, stop);
        _kept[(order.Step, order.Shard)] = shard;
        return shard.Handed();
    }

    private ShardGradient Backward(int step, int shard, byte[] userGradients, byte[] itemGradients, CancellationToken stop)
    {
        using var scope = NewDisposeScope();
        if (!_kept.Remove((step, shard), out var kept))
        {
            throw new InvalidOperationException($"Shard {shard} of step {step} has no forward pass here.");
        }

        using (kept)
        {
            var policy = _policy!;
            policy.ForgetGradients();
            if (!kept.Order.MeasureParts)
            {
                kept.Backward(userGradients, itemGradients, true, true, false, stop);
                return new ShardGradient(shard, policy.TakeGradients(), null);
            }

            kept.Backward(userGradients, itemGradients, true, false, true, stop);
            var token = policy.TakeGradients();
            kept.Backward(userGradients, itemGradients, false, true, false, stop);
            return new ShardGradient(shard, token, policy.TakeGradients());
        }
    }

    private void Forget()
    {
        foreach (var shard in _kept.Values)
        {
            shard.Dispose();
        }

        _kept.Clear();
    }
}
