using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;

namespace R2ec.Distributed.Model.Tests.Engines;

/// <summary>A later version that is loaded beside the one that an engine holds.</summary>
public sealed class StagingTests
{
    private static readonly SampleId[] Samples = [.. Enumerable.Range(0, 4).Select(sample => new SampleId(sample))];
    private static readonly RolloutBundle Bundle = new(3, 2, Samples);

    [Theory]
    [InlineData("full float32")]
    [InlineData("lora bfloat16")]
    public async Task A_bundle_with_a_version_is_written_by_what_is_staged_and_says_so(string policy)
    {
        using var toy = new Toy(Toy.Named(policy));
        await using var run = await ReadyAsync(toy);
        await using var other = await ReadyAsync(toy);
        var held = run.Rollouts.Held!.Value;
        var later = await LaterAsync(toy, run);
        await other.Rollouts.LoadPolicyAsync(PathOf(toy, later), default);
        var plain = await other.Rollouts.GenerateAsync(Bundle, default);
        await run.Rollouts.StageAsync(new PolicyVersion(5, later), PathOf(toy, later), default);
        Assert.Equal(held, run.Rollouts.Held);

        var groups = await run.Rollouts.GenerateAsync(Bundle with { Version = 4 }, default);

        Assert.Equal(later, run.Rollouts.Held);
        Assert.All(groups, group => Assert.Equal(held, group.Policy));
        Assert.All(groups, group => Assert.Equal([new PolicyVersion(4, held), new PolicyVersion(5, later)], group.Versions!));
        Assert.All(groups.SelectMany(group => group.Completions), chain => Assert.Equal([new VersionSpan(0, 5)], chain.Spans!));
        Assert.Equal(Text(plain), Text(groups.Select(group => group with { Policy = later, Versions = null, Completions = [.. group.Completions.Select(chain => chain with { Spans = null })] })));
    }

    [Fact]
    public async Task A_bundle_without_a_version_and_one_with_the_version_itself_stay_with_what_is_held()
    {
        using var toy = new Toy(Toy.Small);
        await using var run = await ReadyAsync(toy);
        var held = run.Rollouts.Held!.Value;
        var alone = Text(await run.Rollouts.GenerateAsync(Bundle, default));
        var later = await LaterAsync(toy, run);
        await run.Rollouts.StageAsync(new PolicyVersion(5, later), PathOf(toy, later), default);

        Assert.Equal(alone, Text(await run.Rollouts.GenerateAsync(Bundle, default)));
        Assert.Equal(alone, Text(await run.Rollouts.GenerateAsync(Bundle with { Version = 5 }, default)));
        Assert.Equal(held, run.Rollouts.Held);
    }

    [Fact]
    public async Task A_later_version_of_the_same_weights_changes_no_bit()
    {
        using var toy = new Toy(Toy.Small);
        await using var run = await ReadyAsync(toy);
        var alone = Text(await run.Rollouts.GenerateAsync(Bundle, default));
        var held = run.Rollouts.Held!.Value;
        await run.Rollouts.StageAsync(new PolicyVersion(5, held), PathOf(toy, held), default);

        Assert.Equal(alone, Text(await run.Rollouts.GenerateAsync(Bundle with { Version = 4 }, default)));
    }

    [Fact]
    public async Task The_newest_that_was_staged_counts_and_what_gave_way_is_loaded_into_again()
    {
        using var toy = new Toy(Toy.Small);
        await using var run = await ReadyAsync(toy);
        var first = run.Rollouts.Held!.Value;
        var second = await LaterAsync(toy, run);
        var third = await LaterAsync(toy, run);
        await run.Rollouts.StageAsync(new PolicyVersion(6, third), PathOf(toy, third), default);
        await run.Rollouts.StageAsync(new PolicyVersion(5, second), PathOf(toy, second), default);
        await run.Rollouts.GenerateAsync(Bundle with { Version = 4 }, default);
        Assert.Equal(third, run.Rollouts.Held);

        await run.Rollouts.StageAsync(new PolicyVersion(7, first), PathOf(toy, first), default);
        await run.Rollouts.GenerateAsync(Bundle with { Version = 6 }, default);

        Assert.Equal(first, run.Rollouts.Held);
        Assert.Equal(third, await run.Rollouts.LoadPolicyAsync(PathOf(toy, third), default));
    }

    [Fact]
    public async Task What_cannot_be_staged_changes_nothing()
    {
        using var toy = new Toy(Toy.Small);
        await using var run = await ReadyAsync(toy);
        var alone = Text(await run.Rollouts.GenerateAsync(Bundle, default));
        var held = run.Rollouts.Held!.Value;
        var later = await LaterAsync(toy, run);
        var bytes = await File.ReadAllBytesAsync(PathOf(toy, later));
        await File.WriteAllBytesAsync(toy.Place("cut.safetensors"), bytes[..^9]);

        await Assert.ThrowsAsync<InputException>(() => run.Rollouts.StageAsync(new PolicyVersion(5, later), toy.Place("cut.safetensors"), default));
        await Assert.ThrowsAsync<InvalidDataException>(() => run.Rollouts.StageAsync(new PolicyVersion(6, later), PathOf(toy, held), default));

        Assert.Equal(alone, Text(await run.Rollouts.GenerateAsync(Bundle with { Version = 4 }, default)));
    }

    private static async Task<ToyRun> ReadyAsync(Toy toy)
    {
        var run = new ToyRun(toy);
        await run.BeginAsync();
        await run.LoadAsync();
        await run.EncodeAsync();
        return run;
    }

    // One step more of the learner, published.
    private static async Task<Digest> LaterAsync(Toy toy, ToyRun run)
    {
        var held = await run.Learner.PublishAsync(toy.Place("weights"), default);
        var worker = run.Workers[0];
        await worker.LoadPolicyAsync(PathOf(toy, held), default);
        await run.TrainAsync(++run.Steps, [.. ToyGroups.Drawn(toy, 4)]);
        return await run.Learner.PublishAsync(toy.Place("weights"), default);
    }

    private static string PathOf(Toy toy, Digest weights) => Path.Combine(toy.Place("weights"), $"{weights}.safetensors");

    private static string Text(IEnumerable<GroupRollout> groups) => System.Text.Json.JsonSerializer.Serialize(groups);
}
