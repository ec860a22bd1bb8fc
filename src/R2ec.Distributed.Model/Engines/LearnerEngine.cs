using System.Runtime.InteropServices;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Model.Compute;
using R2ec.Distributed.Model.Learning;
using R2ec.Distributed.Model.Optimizers;
using R2ec.Distributed.Model.WarmStart;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Engines;

/// <summary>The policy of record on a thread of its own: float32 masters, AdamW, the warm start, checkpoints.</summary>
public sealed class LearnerEngine(PolicyContext context) : ILearnerEngine
{
    private readonly ComputeThread _thread = new("learner", context.Spec.Numerics.Threads);
    private TrainedPolicy? _policy;
    private WarmStartTrainer? _warm;
    private AdamW? _optimizer;
    private LearnerPosition _position = LearnerPosition.Start;
    private bool _moving;

    private TrainedPolicy Policy => _policy ?? throw new InvalidOperationException("The learner has no policy yet.");

    /// <inheritdoc/>
    public Task<Digest> InitialiseAsync(CancellationToken stop) => MoveAsync(
        () =>
        {
            Release();
            _policy = TrainedPolicy.Initial(context);
            _warm = new WarmStartTrainer(context, _policy);
            _position = LearnerPosition.Start;
            return _policy.Digest();
        },
        stop);

    /// <inheritdoc/>
    public Task<WarmStartStretch> WarmStartAsync(int untilStep, CancellationToken stop) => MoveAsync(() => WarmStart(untilStep, stop), stop);

    /// <inheritdoc/>
    public Task<Digest> BeginReinforcementAsync(CancellationToken stop) => MoveAsync(
        () =>
        {
            BeginReinforcement();
            return Policy.Digest();
        },
        stop);

    /// <inheritdoc/>
    public Task<ItemPart> ItemPartAsync(byte[] users, byte[] items, int[] targetColumns, int[] winners, double[] advantages, CancellationToken stop) =>
        _thread.RunAsync(() => ItemPart(users, items, targetColumns, winners, advantages), stop);

    /// <inheritdoc/>
    public Task<OptimizerStep> ApplyAsync(int step, IReadOnlyList<ShardGradient> gradients, CancellationToken stop) =>
        MoveAsync(() => Apply(step, gradients), stop);

    /// <inheritdoc/>
    public Task<Digest> PublishAsync(string folder, CancellationToken stop) => _thread.RunAsync(
        () =>
        {
            var digest = Policy.Digest();
            var path = Path.Combine(folder, $"{digest}.safetensors");
            if (!File.Exists(path))
            {
                Directory.CreateDirectory(folder);
                PolicyFile.Write(path, Policy, durable: false, Canary.Note(Policy.Backbone, context));
            }

            return digest;
        },
        stop);

    /// <inheritdoc/>
    public Task<Digest> SaveAsync(string folder, CancellationToken stop) =>
        _thread.RunAsync(() => LearnerCheckpoint.Write(folder, Policy, Optimizer(), _position), stop);

    /// <inheritdoc/>
    public Task<LearnerStand?> StandingAsync(CancellationToken stop) => _thread.RunAsync(
        () => _policy is null || _moving ? null : new LearnerStand(new RunPosition(_position.Reinforcement ? RunStage.Reinforcement : RunStage.WarmStart, _position.Step), _policy.Digest()),
        stop);

    /// <inheritdoc/>
    public Task<Digest> LoadAsync(string folder, Digest manifest, CancellationToken stop) => MoveAsync(
        () =>
        {
            var checkpoint = LearnerCheckpoint.Open(folder, manifest);
            Release();
            _policy = TrainedPolicy.Initial(context);
            _warm = new WarmStartTrainer(context, _policy);
            _position = checkpoint.Position;
            if (_position.Reinforcement)
            {
                BeginReinforcement();
            }

            _position = checkpoint.Position;
            checkpoint.Restore(_policy, Optimizer());
            return _policy.Digest();
        },
        stop);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _thread.RunAsync(
            () =>
            {
                Release();
                return true;
            },
            CancellationToken.None).ConfigureAwait(false);
        await _thread.DisposeAsync().ConfigureAwait(false);
    }

    // What fails midway leaves weights, moments and position at odds: until the next whole move nobody may rely on them.
    private Task<T> MoveAsync<T>(Func<T> move, CancellationToken stop) => _thread.RunAsync(
        () =>
        {
            _moving = true;
            var result = move();
            _moving = false;
            return result;
        },
        stop);

    /// <summary>The optimizer whose state belongs to the position: that of the stage of the last step done.</summary>
    private AdamW Optimizer() => _position.Reinforcement ? _optimizer! : _warm!.OptimizerFor(Math.Max(0, _position.Step - 1));

    private void BeginReinforcement()
    {
        var recpo = context.Spec.Recpo;
        _warm?.Dispose();
        _warm = null;
        _optimizer?.Dispose();
        _optimizer = new AdamW(
            Policy.Tensors, new AdamWOptions { Beta1 = recpo.Beta1, Beta2 = recpo.Beta2, WeightDecay = recpo.WeightDecay, DecayOnlyMatrices = true });
        _position = new LearnerPosition(true, 0);
    }

    private WarmStartStretch WarmStart(int untilStep, CancellationToken stop)
    {
        var trainer = _warm ?? throw new InvalidOperationException("The warm start is over.");
        Dictionary<string, double> sums = [];
        var from = _position.Step;
        for (var step = from; step < untilStep; step++)
        {
            stop.ThrowIfCancellationRequested();
            foreach (var (name, value) in trainer.Step(step))
            {
                sums[name] = sums.GetValueOrDefault(name) + value;
            }

            _position = new LearnerPosition(false, step + 1);
        }

        var count = Math.Max(1, untilStep - from);
        return new WarmStartStretch(untilStep, Policy.Digest(), sums.ToDictionary(pair => pair.Key, pair => pair.Value / count));
    }

    private ItemPart ItemPart(byte[] users, byte[] items, int[] targetColumns, int[] winners, double[] advantages)
    {
        using var scope = NewDisposeScope();
        var recpo = context.Spec.Recpo;
        var users_RH = Vectors(users);
        var items_MH = Vectors(items);
        if (recpo.ItemWeight == 0 || winners.Length == 0)
        {
            return new ItemPart(0, 0, new byte[users.Length], new byte[items.Length]);
        }

        var scores = RecPoLoss.InBatchScores(users_RH, items_MH, recpo.ItemTemperature);
        var (loss, probabilities) = RecPoLoss.ItemPart(scores, targetColumns, winners, advantages, null, recpo.EpsilonLow, recpo.EpsilonHigh);
        (loss * recpo.ItemWeight).backward();
        return new ItemPart(loss.ToDouble() * recpo.ItemWeight, probabilities.mean().ToDouble(), Gradient(users_RH), Gradient(items_MH));
    }

    private OptimizerStep Apply(int step, IReadOnlyList<ShardGradient> gradients)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var ordered = gradients.OrderBy(gradient => gradient.Shard).ToArray();
        var total = Sum([.. ordered.Select(gradient => gradient.Gradient)]);
        double? tokenNorm = null;
        double? itemNorm = null;
        if (ordered.All(gradient => gradient.ItemGradient is not null))
        {
            var item = Sum([.. ordered.Select(gradient => gradient.ItemGradient!)]);
            (tokenNorm, itemNorm) = (Norm(total), Norm(item));
            total.add_(item);
        }

        var rate = LearningRates.Rising(context.Spec.Recpo.LearningRate, step, context.Spec.Recpo.WarmupSteps);
        var norm = _optimizer!.Step(Parts(total), rate, context.Spec.Recpo.ClipGradient);
        _position = new LearnerPosition(true, step);
        return new OptimizerStep(Policy.Digest(), norm, tokenNorm, itemNorm, rate);
    }

    private List<Tensor> Parts(Tensor total)
    {
        List<Tensor> parts = [];
        var at = 0L;
        foreach (var (_, master) in Policy.Tensors.Masters)
        {
            parts.Add(total.narrow(0, at, master.numel()).view(master.shape));
            at += master.numel();
        }

        return parts;
    }

    /// <summary>The shards' gradients, added in shard order in float32: the order is part of the bits.</summary>
    private Tensor Sum(byte[][] parts)
    {
        var total = Flat(parts[0]);
        foreach (var part in parts.Skip(1))
        {
            using var one = Flat(part);
            total.add_(one);
        }

        return total;
    }

    private Tensor Flat(byte[] values) => tensor(MemoryMarshal.Cast<byte, float>(values).ToArray(), device: context.Device);

    private Tensor Vectors(byte[] values)
    {
        var hidden = (int)context.Config.HiddenSize;
        return tensor(MemoryMarshal.Cast<byte, float>(values).ToArray(), [values.Length / sizeof(float) / hidden, hidden], device: context.Device, requires_grad: true);
    }

    private static double Norm(Tensor flat) => Math.Sqrt(flat.to_type(ScalarType.Float64).square().sum().ToDouble());

    private static byte[] Gradient(Tensor leaf)
    {
        using var gradient = leaf.grad;
        return gradient is null ? new byte[leaf.NumberOfElements * sizeof(float)] : gradient.cpu().contiguous().bytes.ToArray();
    }

    private void Release()
    {
        _warm?.Dispose();
        _warm = null;
        _optimizer?.Dispose();
        _optimizer = null;
        _policy?.Dispose();
        _policy = null;
    }
}
