using System.Globalization;
using System.Runtime.InteropServices;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Orchestration.Tests.World;

/// <summary>Generates by the policy's bits.</summary>
internal sealed class FakeRolloutEngine(int groupSize, Func<Task>? before = null) : IRolloutEngine
{
    private FakePolicy? _policy;

    public Digest? Held => _policy?.Digest;

    public Digest? HeldTable { get; private set; }

    public Task<Digest> LoadPolicyAsync(string path, CancellationToken stop)
    {
        _policy = FakePolicy.Of(File.ReadAllBytes(path));
        return Task.FromResult(_policy.Digest);
    }

    public Task<Digest> LoadTableAsync(ReadOnlyMemory<byte> table, CancellationToken stop)
    {
        HeldTable = Digest.Of(table.Span);
        return Task.FromResult(HeldTable.Value);
    }

    public Task<byte[]> EncodeAsync(EncodeBundle bundle, CancellationToken stop) =>
        Task.FromResult(Floats(bundle.Items.SelectMany(item => Enumerable.Range(0, 4).Select(i => (float)_policy!.Draw(9, item, i, 0)))));

    public async Task<IReadOnlyList<GroupRollout>> GenerateAsync(RolloutBundle bundle, CancellationToken stop)
    {
        if (before is not null)
        {
            await before();
        }

        return [.. bundle.Samples.Select((sample, i) => new GroupRollout(new GroupId(bundle.Step, bundle.FirstGroup + i), sample, Held!.Value, HeldTable!.Value, [.. Enumerable.Range(0, groupSize).Select(c => Chain(bundle.Step, sample, c))]))];
    }

    public Task<IReadOnlyList<MeasuredUser>> MeasureAsync(EvaluationBundle bundle, CancellationToken stop) => Task.FromResult<IReadOnlyList<MeasuredUser>>(
    [
        .. bundle.Samples.Select((sample, i) =>
        {
            var chain = bundle.Chains?[i] ?? (bundle.Mode == ChainMode.None ? [1] : [2, (int)(100 * _policy!.Draw(7, sample.Value, 0, 0)), 1]);
            return new MeasuredUser(sample, 1 + (int)(20 * _policy!.Draw(8, sample.Value, (int)bundle.Mode, chain.Sum())), chain, true, string.Join(' ', chain), [1, 2]);
        }),
    ]);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal static byte[] Floats(IEnumerable<float> numbers) => MemoryMarshal.AsBytes<float>(numbers.ToArray()).ToArray();

    private Completion Chain(int step, SampleId sample, int completion)
    {
        var length = 2 + (int)(3 * _policy!.Draw(step, sample.Value, completion, 0));
        int[] tokens = [.. Enumerable.Range(0, length).Select(t => (int)(50 * _policy.Draw(step, sample.Value, completion, t + 1))), 1];
        var wrote = _policy.Draw(step, sample.Value, completion, 90) > 0.2;
        var rank = 1 + (int)(10 * _policy.Draw(step, sample.Value, completion, 91));
        return new Completion(tokens, wrote ? tokens.Length : tokens.Length - 1, wrote, [.. tokens.Select(_ => -1f)], [.. tokens.Select(_ => -1.5f)], 0.5, 1f, rank, 3.0, [1, 2], [2f, 1f], string.Join(' ', tokens));
    }
}

/// <summary>Vectors and gradients by the policy's bits and the tokens.</summary>
internal sealed class FakeGradientEngine : IGradientEngine
{
    private readonly Dictionary<(int Step, int Shard), ShardOrder> _kept = [];
    private FakePolicy? _policy;

    public Task<Digest> LoadPolicyAsync(string path, CancellationToken stop)
    {
        _policy = FakePolicy.Of(File.ReadAllBytes(path));
        return Task.FromResult(_policy.Digest);
    }

    public Task<ShardForward> ForwardAsync(ShardOrder order, CancellationToken stop)
    {
        _kept[(order.Step, order.Shard)] = order;
        var chains = order.Groups.SelectMany(group => group.Completions).ToArray();
        return Task.FromResult(new ShardForward(
            order.Shard,
            FakeRolloutEngine.Floats(chains.SelectMany(chain => Enumerable.Range(0, 4).Select(i => (float)(chain.Tokens.Sum() * _policy!.Weights[i])))),
            FakeRolloutEngine.Floats(order.Items.SelectMany(item => Enumerable.Range(0, 4).Select(i => (float)(item * _policy!.Weights[i])))),
            -chains.Sum(chain => chain.TokenScale * chain.Advantage * chain.TrainedCount),
            0));
    }

    public Task<ShardGradient> BackwardAsync(int step, int shard, byte[] userGradients, byte[] itemGradients, CancellationToken stop)
    {
        var order = _kept[(step, shard)];
        var users = MemoryMarshal.Cast<byte, float>(userGradients).ToArray().Sum();
        var items = MemoryMarshal.Cast<byte, float>(itemGradients).ToArray().Sum();
        var tokens = order.Groups.SelectMany(group => group.Completions).Sum(chain => chain.TokenScale * chain.Advantage * chain.Tokens.Take(chain.TrainedCount).Sum() * (1 + (chain.BehaviourLogProbabilities?.Sum() ?? 0)));
        return Task.FromResult(new ShardGradient(shard, FakeRolloutEngine.Floats(Enumerable.Range(0, FakePolicy.Width).Select(i => (float)(_policy!.Weights[i] * (tokens + users) + items))), order.MeasureParts ? [1] : null));
    }

    public Task ForgetAsync(CancellationToken stop)
    {
        _kept.Clear();
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Moves the policy by all that it is given.</summary>
internal sealed class FakeLearnerEngine(ulong seed, Func<int, double>? drift = null) : ILearnerEngine
{
    private FakePolicy _policy = FakePolicy.Initial(seed);
    private (int Stage, int Step) _at;

    public Task<Digest> InitialiseAsync(CancellationToken stop)
    {
        _policy = FakePolicy.Initial(seed);
        _at = (0, 0);
        return Task.FromResult(_policy.Digest);
    }

    public Task<WarmStartStretch> WarmStartAsync(int untilStep, CancellationToken stop)
    {
        for (; _at.Step < untilStep; _at = (0, _at.Step + 1))
        {
            _policy = _policy.Moved(i => Math.Sin(_at.Step + i + _policy.Weights[i]));
        }

        return Task.FromResult(new WarmStartStretch(untilStep, _policy.Digest, new Dictionary<string, double> { ["loss/token"] = _policy.Weights[0], ["loss/item"] = _policy.Weights[1] }));
    }

    public Task<Digest> BeginReinforcementAsync(CancellationToken stop)
    {
        _at = (1, 0);
        return Task.FromResult(_policy.Digest);
    }

    public Task<ItemPart> ItemPartAsync(byte[] users, byte[] items, int[] targetColumns, int[] winners, double[] advantages, CancellationToken stop)
    {
        var u = MemoryMarshal.Cast<byte, float>(users).ToArray();
        var v = MemoryMarshal.Cast<byte, float>(items).ToArray();
        return Task.FromResult(new ItemPart(
            u.Sum() * winners.Sum(), 0.5,
            FakeRolloutEngine.Floats(u.Select((x, i) => (float)Math.Sin(x * advantages[i / 4]) * v[targetColumns[i / 4] * 4 % v.Length])),
            FakeRolloutEngine.Floats(v.Select(x => (float)Math.Cos(x)))));
    }

    public Task<OptimizerStep> ApplyAsync(int step, IReadOnlyList<ShardGradient> gradients, CancellationToken stop)
    {
        Assert.Equal((1, step - 1), _at);
        Assert.Equal(gradients.Select(g => g.Shard).Order(), gradients.Select(g => g.Shard));
        var sum = new float[FakePolicy.Width];
        foreach (var gradient in gradients)
        {
            var part = MemoryMarshal.Cast<byte, float>(gradient.Gradient);
            for (var i = 0; i < sum.Length; i++)
            {
                sum[i] += part[i];
            }
        }

        _policy = _policy.Moved(i => (0.1 * Math.Sin(sum[i])) + (drift?.Invoke(step) ?? 0));
        _at = (1, step);
        return Task.FromResult(new OptimizerStep(_policy.Digest, Math.Sqrt(sum.Sum(x => x * x)), null, null, 0.001));
    }

    public Task<LearnerStand?> StandingAsync(CancellationToken stop) => Task.FromResult<LearnerStand?>(new(new RunPosition((RunStage)_at.Stage, _at.Step), _policy.Digest));

    public Task<Digest> PublishAsync(string folder, CancellationToken stop)
    {
        File.WriteAllBytes(Path.Combine(folder, _policy.Digest.Hex + ".safetensors"), _policy.Bytes);
        return Task.FromResult(_policy.Digest);
    }

    public Task<Digest> SaveAsync(string folder, CancellationToken stop)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllBytes(Path.Combine(folder, "policy.bin"), _policy.Bytes);
        var manifest = $"{_at.Stage} {_at.Step} {_policy.Digest}";
        File.WriteAllText(Path.Combine(folder, "manifest.json"), manifest);
        return Task.FromResult(Digest.Of(System.Text.Encoding.UTF8.GetBytes(manifest)));
    }

    public Task<Digest> LoadAsync(string folder, Digest manifest, CancellationToken stop)
    {
        var text = File.ReadAllText(Path.Combine(folder, "manifest.json"));
        var policy = FakePolicy.Of(File.ReadAllBytes(Path.Combine(folder, "policy.bin")));
        var parts = text.Split(' ');
        if (Digest.Of(System.Text.Encoding.UTF8.GetBytes(text)) != manifest || policy.Digest.Hex != parts[2])
        {
            throw new InputException($"{folder} is damaged");
        }

        _policy = policy;
        _at = (int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture));
        return Task.FromResult(_policy.Digest);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>One baseline.</summary>
internal sealed class FakeBaselines : IBaselines
{
    public Task<IReadOnlyList<(string Name, IReadOnlyDictionary<string, double> Metrics)>> MeasureAsync(CancellationToken stop) =>
        Task.FromResult<IReadOnlyList<(string, IReadOnlyDictionary<string, double>)>>([("popularity", new Dictionary<string, double> { ["valid/ndcg@10"] = 0.1 })]);
}
