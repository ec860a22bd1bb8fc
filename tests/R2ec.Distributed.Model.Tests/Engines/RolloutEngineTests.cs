using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Model.Tests.Learning;

namespace R2ec.Distributed.Model.Tests.Engines;

public sealed class RolloutEngineTests
{
    private static readonly SampleId[] Samples = [.. Enumerable.Range(0, 4).Select(sample => new SampleId(sample))];

    [Theory]
    [InlineData("full float32")]
    [InlineData("lora float32")]
    [InlineData("full bfloat16")]
    [InlineData("lora bfloat16")]
    public async Task A_bundle_gives_the_same_bits_on_any_engine_whatever_ran_before(string policy)
    {
        using var toy = new Toy(Toy.Named(policy));
        await using var one = new ToyRun(toy);
        await using var other = new ToyRun(toy);
        await one.BeginAsync();
        await other.BeginAsync();
        var bundle = new RolloutBundle(3, 2, Samples);
        await one.LoadAsync();
        await one.EncodeAsync();
        var first = await one.Rollouts.GenerateAsync(bundle, default);

        await other.LoadAsync();
        await other.EncodeAsync();
        await other.Rollouts.GenerateAsync(new RolloutBundle(1, 0, [new SampleId(9)]), default);
        await other.Rollouts.MeasureAsync(new EvaluationBundle(Samples, ChainMode.Greedy, null), default);
        await other.LoadAsync();
        await other.EncodeAsync();
        var second = await other.Rollouts.GenerateAsync(bundle, default);

        Equal(first, second);
        Equal(first, await one.Rollouts.GenerateAsync(bundle, default));
        Assert.Equal(one.Rollouts.HeldTable, other.Rollouts.HeldTable);
        Assert.All(first, group => Assert.Equal((one.Rollouts.Held!.Value, one.Rollouts.HeldTable!.Value), (group.Policy, group.Table)));
    }

    [Fact]
    public async Task Draws_follow_step_group_and_completion_and_not_the_cut_into_bundles()
    {
        using var toy = new Toy(Toy.Small);
        await using var run = await ReadyAsync(toy);

        var whole = await run.Rollouts.GenerateAsync(new RolloutBundle(7, 0, Samples), default);
        var late = await run.Rollouts.GenerateAsync(new RolloutBundle(7, 2, Samples[2..]), default);
        var next = await run.Rollouts.GenerateAsync(new RolloutBundle(8, 0, Samples), default);

        Assert.Equal([new GroupId(7, 2), new GroupId(7, 3)], late.Select(group => group.Group));
        Assert.Equal(Tokens(whole)[8..], Tokens(late));
        Assert.NotEqual(Tokens(whole), Tokens(next));
    }

    [Fact]
    public async Task A_measured_chain_that_is_given_ranks_as_the_rollout_that_wrote_it()
    {
        using var toy = new Toy(Toy.Small);
        await using var run = await ReadyAsync(toy);
        var groups = await run.Rollouts.GenerateAsync(new RolloutBundle(1, 0, Samples), default);
        foreach (var completion in Enumerable.Range(0, toy.Spec.Recpo.GroupSize))
        {
            int[][] chains = [.. groups.Select(group => group.Completions[completion].Tokens)];

            var measured = await run.Rollouts.MeasureAsync(new EvaluationBundle(Samples, ChainMode.Given, chains), default);

            Assert.Equal(groups.Select(group => group.Completions[completion].Rank), measured.Select(user => user.Rank));
        }

        var none = await run.Rollouts.MeasureAsync(new EvaluationBundle(Samples, ChainMode.None, null), default);
        Assert.All(none, user => Assert.Equal(toy.Context.Marker.Ids, user.Chain));
        Assert.All(none, user => Assert.InRange(user.Rank, 1, toy.Book.ItemCount));
    }

    [Fact]
    public async Task Encoding_in_bundles_of_four_or_more_gives_the_vectors_of_the_whole()
    {
        using var toy = new Toy(Toy.Small);
        await using var run = await ReadyAsync(toy);

        var whole = ToyRun.Singles(await run.Rollouts.EncodeAsync(new EncodeBundle([.. Enumerable.Range(1, ToyBook.Items)]), default));
        double[] parts = [.. ToyRun.Singles(await run.Rollouts.EncodeAsync(new EncodeBundle([1, 2, 3, 4, 5]), default)),
            .. ToyRun.Singles(await run.Rollouts.EncodeAsync(new EncodeBundle([.. Enumerable.Range(6, ToyBook.Items - 5)]), default))];

        Goldens.Within(Goldens.Furthest(whole, parts), 1e-5, "item vectors");
    }

    [Fact]
    public async Task A_cancelled_call_ends_and_the_engine_goes_on()
    {
        using var toy = new Toy(Toy.Small);
        await using var run = await ReadyAsync(toy);
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run.Rollouts.GenerateAsync(new RolloutBundle(1, 0, Samples), stop.Token));

        Assert.Equal(4, (await run.Rollouts.GenerateAsync(new RolloutBundle(1, 0, Samples), default)).Count);
    }

    [Fact]
    public async Task After_a_policy_that_could_not_be_read_the_engine_claims_no_weights()
    {
        using var toy = new Toy(Toy.Small);
        await using var run = await ReadyAsync(toy);
        var digest = run.Rollouts.Held!.Value;
        var bytes = await File.ReadAllBytesAsync(Path.Combine(toy.Place("weights"), $"{digest}.safetensors"));
        var cut = toy.Place("cut.safetensors");
        using var other = new Toy(Toy.Adapted);
        await using var adapted = new ToyRun(other);
        await adapted.BeginAsync();
        var foreign = await adapted.LoadAsync();
        await File.WriteAllBytesAsync(cut, bytes[..^9]);

        await Assert.ThrowsAsync<R2ec.Distributed.Core.InputException>(() => run.Rollouts.LoadPolicyAsync(Path.Combine(other.Place("weights"), $"{foreign}.safetensors"), default));
        Assert.Null(run.Rollouts.Held);
        await Assert.ThrowsAsync<R2ec.Distributed.Core.InputException>(() => run.Rollouts.LoadPolicyAsync(cut, default));
        Assert.Null(run.Rollouts.Held);

        Assert.Equal(digest, await run.LoadAsync());
    }

    private static async Task<ToyRun> ReadyAsync(Toy toy)
    {
        var run = new ToyRun(toy);
        await run.BeginAsync();
        await run.LoadAsync();
        await run.EncodeAsync();
        return run;
    }

    private static int[][] Tokens(IReadOnlyList<GroupRollout> groups) => [.. groups.SelectMany(group => group.Completions.Select(completion => completion.Tokens))];

    private static void Equal(IReadOnlyList<GroupRollout> first, IReadOnlyList<GroupRollout> second) =>
        Assert.Equal(System.Text.Json.JsonSerializer.Serialize(first), System.Text.Json.JsonSerializer.Serialize(second));
}
