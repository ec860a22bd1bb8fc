using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Model.Tests.Engines;
using static R2ec.Distributed.Model.Tests.Learning.Goldens;

namespace R2ec.Distributed.Model.Tests.Learning;

/// <summary>What cutting a step into shards and micro-batches may change, and what it may not. Tolerances are relative to the whole gradient's norm.</summary>
public sealed class TwoPhasesTests
{
    /// <summary>Another order of float32 sums.</summary>
    private const double Rounding = 1e-5;

    /// <summary>bfloat16 has eight bits, and its gradients accumulate in it.</summary>
    private const double CoarseRounding = 6e-2;

    public static TheoryData<string> Policies => ["full float32", "lora float32", "full bfloat16", "lora bfloat16"];

    [Theory]
    [MemberData(nameof(Policies))]
    public async Task Micro_batches_sum_to_the_whole(string policy)
    {
        var whole = await GradientAsync(Toy.Named(policy), spec => spec with { Learning = spec.Learning with { Shards = 1 } });

        foreach (var size in (int[])[1, 2, 4])
        {
            var parts = await GradientAsync(Toy.Named(policy), spec => spec with { Learning = spec.Learning with { Shards = 1, MicroBatch = size } });

            Within(RelativeL2(whole.Total, parts.Total), Tolerance(policy), $"{policy} micro-batches of {size}");
            Within(Math.Abs(whole.TokenPart - parts.TokenPart), Tolerance(policy), $"{policy} token part");
        }
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public async Task Shards_sum_to_the_whole_and_each_number_of_them_repeats_its_bits(string policy)
    {
        var whole = await GradientAsync(Toy.Named(policy), spec => spec with { Learning = spec.Learning with { Shards = 1 } });

        foreach (var shards in (int[])[1, 2, 4, 5])
        {
            var one = await GradientAsync(Toy.Named(policy), spec => spec with { Learning = spec.Learning with { Shards = shards } });
            var again = await GradientAsync(Toy.Named(policy), spec => spec with { Learning = spec.Learning with { Shards = shards } }, workers: 2);

            Within(RelativeL2(whole.Total, one.Total), Tolerance(policy), $"{policy} {shards} shards");
            Assert.Equal(one.Bytes, again.Bytes);
        }
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public async Task A_forward_pass_computed_again_gives_the_bits_of_one_that_was_kept(string policy)
    {
        foreach (var size in (int[])[0, 2])
        {
            var kept = await GradientAsync(Toy.Named(policy), spec => spec with { Learning = spec.Learning with { MicroBatch = size } });
            var again = await GradientAsync(Toy.Named(policy), spec => spec with { Learning = spec.Learning with { MicroBatch = size, Recompute = true } });

            Assert.Equal(kept.Users, again.Users);
            Assert.Equal(kept.Bytes, again.Bytes);
        }
    }

    [Theory]
    [MemberData(nameof(Policies))]
    public async Task Parts_measured_apart_sum_to_the_joint_gradient(string policy)
    {
        foreach (var recompute in (bool[])[false, true])
        {
            var joint = await GradientAsync(Toy.Named(policy), spec => spec with { Learning = spec.Learning with { Recompute = recompute } });
            var apart = await GradientAsync(Toy.Named(policy), spec => spec with { Learning = spec.Learning with { Recompute = recompute } }, measure: true);

            double[] sum = [.. apart.Total.Zip(apart.ItemTotal!, (token, item) => token + item)];
            Within(RelativeL2(joint.Total, sum), Tolerance(policy), $"{policy} token + item");
            Assert.True(apart.Total.Any(x => x != 0) && apart.ItemTotal!.Any(x => x != 0));
        }
    }

    [Fact]
    public async Task Neither_part_of_the_loss_carries_the_other_when_its_weight_is_zero()
    {
        var apart = await GradientAsync(Toy.Small, spec => spec, measure: true, moved: false);
        var item = await GradientAsync(Toy.Small, spec => spec, scale: 0, moved: false);
        var token = await GradientAsync(Toy.Small, spec => spec with { Recpo = spec.Recpo with { ItemWeight = 0 } }, moved: false);

        Within(RelativeL2(apart.ItemTotal!, item.Total), Rounding, "item part alone");
        Within(RelativeL2(apart.Total, token.Total), Rounding, "token part alone");
    }

    [Fact]
    public async Task Padding_beside_longer_rows_changes_neither_loss_nor_vectors()
    {
        using var toy = new Toy(Toy.Small with { Learning = Toy.Small.Learning with { Shards = 1 } });
        await using var run = new ToyRun(toy);
        await run.BeginAsync();
        await run.LoadAsync();
        var groups = ToyGroups.Drawn(toy, 4);

        var together = (await run.GradientsAsync(1, groups)).Forwards.Single();
        var alone = new List<ShardForward>();
        foreach (var group in groups)
        {
            alone.Add((await run.GradientsAsync(1, [group])).Forwards.Single());
        }

        Within(Math.Abs(together.TokenPart - alone.Sum(one => one.TokenPart)), 1e-6, "token part");
        Within(Furthest(ToyRun.Singles(together.Users), [.. alone.SelectMany(one => ToyRun.Singles(one.Users))]), 1e-5, "user vectors");
    }

    [Fact]
    public async Task A_shards_bits_do_not_depend_on_the_engine_or_on_what_ran_before()
    {
        using var toy = new Toy(Toy.Small);
        await using var fresh = new ToyRun(toy);
        await using var used = new ToyRun(toy);
        await fresh.BeginAsync();
        await used.BeginAsync();
        await fresh.LoadAsync();
        await used.LoadAsync();
        await used.GradientsAsync(7, ToyGroups.Drawn(toy, 3, 9));
        await used.Workers[0].ForwardAsync(used.Orders(8, ToyGroups.Drawn(toy, 5, 4))[1], default);
        await used.Workers[0].ForgetAsync(default);

        var (first, _, gradients) = await fresh.GradientsAsync(1, ToyGroups.Drawn(toy, 4));
        var (second, _, again) = await used.GradientsAsync(1, ToyGroups.Drawn(toy, 4));

        Assert.Equal(first.Select(shard => shard.Users), second.Select(shard => shard.Users));
        Assert.Equal(first.Select(shard => shard.TokenPart), second.Select(shard => shard.TokenPart));
        Assert.Equal(gradients.Select(shard => shard.Gradient), again.Select(shard => shard.Gradient));
    }

    [Fact]
    public async Task A_shard_whose_forward_pass_is_not_kept_cannot_go_backward()
    {
        using var toy = new Toy(Toy.Small);
        await using var run = new ToyRun(toy);
        await run.BeginAsync();
        await run.LoadAsync();
        await run.Workers[0].ForwardAsync(run.Orders(1, ToyGroups.Drawn(toy, 4))[0], default);
        await run.Workers[0].ForgetAsync(default);

        await Assert.ThrowsAsync<InvalidOperationException>(() => run.Workers[0].BackwardAsync(1, 0, [], [], default));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public async Task Off_policy_a_token_that_the_rollout_thought_impossible_costs_no_more_than_the_dual_clip(double dual)
    {
        using var toy = new Toy(Toy.Small with { Recpo = Toy.Small.Recpo with { Mode = "async", DualClip = dual } });
        await using var run = new ToyRun(toy);
        await run.BeginAsync();
        await run.LoadAsync();
        var drawn = ToyGroups.Drawn(toy, 4);
        TrainedGroup[] groups = [.. drawn.Select(group => group with
        {
            Completions = [.. group.Completions.Select(c => c with { Advantage = -1, BehaviourLogProbabilities = [.. Enumerable.Repeat(-60f, c.TrainedCount)] })],
        })];

        var forwards = (await run.GradientsAsync(1, groups)).Forwards;

        // Each token counts 1 / tokens, and l = dual · A = −dual: the part is their negative sum.
        Within(Math.Abs(forwards.Sum(forward => forward.TokenPart) - dual), 1e-5, "token part");
        Assert.Equal(drawn.Sum(group => group.Completions.Sum(c => c.TrainedCount)), forwards.Sum(forward => forward.ClippedCount));
    }

    private static double Tolerance(string policy) => policy.EndsWith("bfloat16", StringComparison.Ordinal) ? CoarseRounding : Rounding;

    private static async Task<Measured> GradientAsync(
        ExperimentSpec spec, Func<ExperimentSpec, ExperimentSpec> changed, bool measure = false, int workers = 1, double scale = 1, bool moved = true)
    {
        using var toy = new Toy(changed(spec));
        await using var run = new ToyRun(toy, workers);
        await run.BeginAsync();
        await run.LoadAsync();
        if (moved)
        {
            // An adapter's B is zero at first, and half of its gradient with it.
            await run.TrainAsync(1, ToyGroups.Drawn(toy, 4, 6));
            await run.LoadAsync();
        }

        var groups = ToyGroups.Drawn(toy, 6);
        var scaled = groups.Select(group => group with { Completions = [.. group.Completions.Select(c => c with { TokenScale = c.TokenScale * scale })] }).ToArray();
        var (forwards, _, gradients) = await run.GradientsAsync(2, scaled, measure);
        return new Measured(
            ToyRun.Sum(gradients),
            measure ? ToyRun.Sum(gradients.Select(gradient => gradient with { Gradient = gradient.ItemGradient! })) : null,
            [.. gradients.SelectMany(gradient => gradient.Gradient)],
            [.. forwards.SelectMany(forward => forward.Users)],
            forwards.Sum(forward => forward.TokenPart));
    }

    private sealed record Measured(double[] Total, double[]? ItemTotal, byte[] Bytes, byte[] Users, double TokenPart);
}
