using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Orchestration.Learning;
using R2ec.Distributed.Orchestration.Weights;

namespace R2ec.Distributed.Orchestration.Tests.Learning;

public sealed class HeldPolicyTests
{
    private static readonly Digest A = Digest.Of("a"u8), B = Digest.Of("b"u8);

    [Fact]
    public async Task Shards_that_ask_while_a_policy_loads_wait_for_that_load()
    {
        var engine = new SlowEngine();
        var held = new HeldPolicy(engine, new AnyWeights());

        var asked = Enumerable.Range(0, 4).Select(_ => held.HoldAsync(A, CancellationToken.None)).ToArray();
        engine.Loads.Single().SetResult(A);

        Assert.All(await Task.WhenAll(asked), digest => Assert.Equal(A, digest));
        Assert.Equal(A, await held.HoldAsync(A, CancellationToken.None));
        Assert.Single(engine.Loads);
    }

    [Fact]
    public async Task Another_policy_is_loaded_and_a_failed_load_is_tried_again()
    {
        var engine = new SlowEngine();
        var held = new HeldPolicy(engine, new AnyWeights());

        var first = held.HoldAsync(A, CancellationToken.None);
        engine.Loads[0].SetException(new IOException("gone"));
        await Assert.ThrowsAsync<IOException>(() => first);
        var second = held.HoldAsync(A, CancellationToken.None);
        engine.Loads[1].SetResult(A);
        await second;
        var third = held.HoldAsync(B, CancellationToken.None);
        engine.Loads[2].SetResult(B);

        Assert.Equal(B, await third);
        Assert.Equal(3, engine.Loads.Count);
    }

    [Fact]
    public async Task Weights_that_came_out_as_others_are_loaded_again()
    {
        var engine = new SlowEngine();
        var held = new HeldPolicy(engine, new AnyWeights());

        var changed = held.HoldAsync(A, CancellationToken.None);
        engine.Loads[0].SetResult(B);
        Assert.Equal(B, await changed);
        var whole = held.HoldAsync(A, CancellationToken.None);
        engine.Loads[1].SetResult(A);

        Assert.Equal(A, await whole);
    }

    private sealed class AnyWeights : IWeightStore
    {
        public string Folder => "weights";

        public ValueTask<string> GetAsync(Digest weights, CancellationToken stop) => ValueTask.FromResult(weights.Hex);

        public void Prune(IReadOnlyCollection<Digest> keep)
        {
        }
    }

    /// <summary>An engine whose loads end when the test says so.</summary>
    private sealed class SlowEngine : IGradientEngine
    {
        public List<TaskCompletionSource<Digest>> Loads { get; } = [];

        public Task<Digest> LoadPolicyAsync(string path, CancellationToken stop)
        {
            Loads.Add(new TaskCompletionSource<Digest>(TaskCreationOptions.RunContinuationsAsynchronously));
            return Loads[^1].Task;
        }

        public Task<ShardForward> ForwardAsync(ShardOrder order, CancellationToken stop) => throw new NotSupportedException();

        public Task<ShardGradient> BackwardAsync(int step, int shard, byte[] userGradients, byte[] itemGradients, CancellationToken stop) => throw new NotSupportedException();

        public Task ForgetAsync(CancellationToken stop) => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
