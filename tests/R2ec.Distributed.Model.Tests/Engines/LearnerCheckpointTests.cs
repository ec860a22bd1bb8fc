using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Core.Spec.Sections;

namespace R2ec.Distributed.Model.Tests.Engines;

public sealed class LearnerCheckpointTests
{
    private const int Pretrained = 3;
    private const int WarmSteps = Pretrained + 4;

    [Theory]
    [InlineData("full float32")]
    [InlineData("lora float32")]
    [InlineData("full bfloat16")]
    public async Task A_warm_start_goes_on_from_any_step_bit_for_bit(string policy)
    {
        using var toy = new Toy(Warm(Toy.Named(policy)));
        await using var straight = new ToyRun(toy);
        await straight.Learner.InitialiseAsync(default);
        Dictionary<int, (Digest Weights, Digest Manifest)> kept = [];
        for (var step = 0; step <= WarmSteps; step++)
        {
            var weights = (await straight.Learner.WarmStartAsync(step, default)).Weights;
            kept[step] = (weights, await straight.Learner.SaveAsync(toy.Place($"at-{step}"), default));
        }

        var version0 = await straight.Learner.BeginReinforcementAsync(default);
        Assert.Equal(kept[WarmSteps].Weights, version0);
        // Stopping at every step changes nothing against one stretch.
        await using var whole = new ToyRun(toy);
        await whole.Learner.InitialiseAsync(default);
        Assert.Equal(version0, (await whole.Learner.WarmStartAsync(WarmSteps, default)).Weights);

        foreach (var step in (int[])[0, 1, Pretrained - 1, Pretrained, Pretrained + 1, WarmSteps])
        {
            await using var resumed = new ToyRun(toy);
            Assert.Equal(kept[step].Weights, await resumed.Learner.LoadAsync(toy.Place($"at-{step}"), kept[step].Manifest, default));

            Assert.Equal(version0, (await resumed.Learner.WarmStartAsync(WarmSteps, default)).Weights);
            Assert.Equal(version0, await resumed.Learner.BeginReinforcementAsync(default));
        }
    }

    [Fact]
    public async Task A_learner_says_where_it_stands_and_stands_nowhere_after_a_move_that_failed_midway()
    {
        using var toy = new Toy(Warm(Toy.Named("full float32")));
        await using var run = new ToyRun(toy);
        Assert.Null(await run.Learner.StandingAsync(default));

        var initial = await run.Learner.InitialiseAsync(default);
        Assert.Equal(new LearnerStand(RunPosition.Start, initial), await run.Learner.StandingAsync(default));
        var warm = (await run.Learner.WarmStartAsync(WarmSteps, default)).Weights;
        Assert.NotEqual(initial, warm);
        Assert.Equal(new LearnerStand(new RunPosition(RunStage.WarmStart, WarmSteps), warm), await run.Learner.StandingAsync(default));
        await run.Learner.BeginReinforcementAsync(default);
        Assert.Equal(new LearnerStand(new RunPosition(RunStage.Reinforcement, 0), warm), await run.Learner.StandingAsync(default));

        await Assert.ThrowsAnyAsync<Exception>(() => run.Learner.ApplyAsync(1, [], default));
        Assert.Null(await run.Learner.StandingAsync(default));
        Assert.Equal(initial, await run.Learner.InitialiseAsync(default));
        Assert.Equal(RunPosition.Start, (await run.Learner.StandingAsync(default))!.Position);
    }

    [Theory]
    [InlineData("full float32")]
    [InlineData("lora float32")]
    [InlineData("full bfloat16")]
    [InlineData("lora bfloat16")]
    public async Task Reinforcement_goes_on_from_any_step_bit_for_bit(string policy)
    {
        const int steps = 4;
        using var toy = new Toy(Toy.Named(policy));
        await using var straight = new ToyRun(toy);
        List<Digest> weights = [await straight.BeginAsync()];
        List<Digest> manifests = [await straight.Learner.SaveAsync(toy.Place("at-0"), default)];
        for (var step = 1; step <= steps; step++)
        {
            weights.Add((await straight.StepAsync(step)).Weights);
            manifests.Add(await straight.Learner.SaveAsync(toy.Place($"at-{step}"), default));
        }

        for (var from = 0; from <= steps; from++)
        {
            // The same learner goes back, and a fresh one begins there.
            await using var fresh = new ToyRun(toy);
            foreach (var run in (ToyRun[])[straight, fresh])
            {
                Assert.Equal(weights[from], await run.Learner.LoadAsync(toy.Place($"at-{from}"), manifests[from], default));
                for (var step = from + 1; step <= steps; step++)
                {
                    Assert.Equal(weights[step], (await run.StepAsync(step)).Weights);
                }

                Assert.Equal(manifests[steps], await run.Learner.SaveAsync(toy.Place("again"), default));
            }
        }
    }

    [Theory]
    [InlineData("policy.safetensors")]
    [InlineData("optimizer.safetensors")]
    [InlineData("manifest.json")]
    public async Task A_damaged_checkpoint_is_refused_by_name_and_the_learner_stays_as_it_was(string name)
    {
        using var toy = new Toy(Toy.Small);
        await using var run = new ToyRun(toy);
        await run.BeginAsync();
        await run.StepAsync(1);
        var manifest = await run.Learner.SaveAsync(toy.Place("kept"), default);
        var held = (await run.StepAsync(2)).Weights;
        var path = Path.Combine(toy.Place("kept"), name);
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[^3] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);

        var flipped = await Assert.ThrowsAsync<InputException>(() => run.Learner.LoadAsync(toy.Place("kept"), manifest, default));
        File.Delete(path);
        var missing = await Assert.ThrowsAsync<InputException>(() => run.Learner.LoadAsync(toy.Place("kept"), manifest, default));

        Assert.Contains(toy.Place("kept"), flipped.Message, StringComparison.Ordinal);
        Assert.Contains(name == "manifest.json" ? manifest.Brief : name, flipped.Message, StringComparison.Ordinal);
        Assert.Contains(name, missing.Message, StringComparison.Ordinal);
        Assert.Equal(held, await run.Learner.PublishAsync(toy.Place("weights"), default));
    }

    [Fact]
    public async Task A_checkpoint_of_another_run_is_refused()
    {
        using var toy = new Toy(Toy.Small);
        await using var run = new ToyRun(toy);
        await run.BeginAsync();
        var first = await run.Learner.SaveAsync(toy.Place("kept"), default);
        await run.StepAsync(1);
        var second = await run.Learner.SaveAsync(toy.Place("kept"), default);

        Assert.NotEqual(first, second);
        await Assert.ThrowsAsync<InputException>(() => run.Learner.LoadAsync(toy.Place("kept"), first, default));
        await run.Learner.LoadAsync(toy.Place("kept"), second, default);
    }

    [Fact]
    public async Task A_checkpoint_that_is_written_anew_leaves_nothing_beside_it()
    {
        using var toy = new Toy(Toy.Small);
        await using var run = new ToyRun(toy);
        await run.BeginAsync();
        Directory.CreateDirectory(toy.Place("kept.tmp"));
        await File.WriteAllTextAsync(Path.Combine(toy.Place("kept.tmp"), "half"), "left by a crash");

        await run.Learner.SaveAsync(toy.Place("kept"), default);
        await run.Learner.SaveAsync(toy.Place("kept"), default);

        Assert.False(Directory.Exists(toy.Place("kept.tmp")));
        Assert.Equal(["manifest.json", "optimizer.safetensors", "policy.safetensors"], Directory.GetFiles(toy.Place("kept")).Select(path => Path.GetFileName(path)!).Order(StringComparer.Ordinal));
    }

    internal static ExperimentSpec Warm(ExperimentSpec spec) => spec with
    {
        WarmStart = spec.WarmStart with
        {
            Steps = WarmSteps - Pretrained,
            Pretrain = new PretrainSpec { Steps = Pretrained, Batch = 4, WarmupSteps = 1 },
            Negatives = "catalogue",
            LineWeight = 0.5,
            TitleWeight = 0.5,
            Dropout = 0.1,
            HistoryDrop = 0.5,
            MicroBatch = 3,
        },
    };
}
