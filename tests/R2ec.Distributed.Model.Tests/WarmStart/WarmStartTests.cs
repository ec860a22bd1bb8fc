using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Core.Spec.Sections;
using R2ec.Distributed.Model.Engines;
using R2ec.Distributed.Model.Tests.Engines;
using R2ec.Distributed.Model.Tests.Learning;
using R2ec.Distributed.Model.WarmStart;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Tests.WarmStart;

public sealed class WarmStartTests
{
    [Theory]
    [InlineData("full float32")]
    [InlineData("lora float32")]
    [InlineData("full bfloat16")]
    public async Task Every_loss_falls_on_a_toy_problem(string policy)
    {
        using var toy = new Toy(Toy.Named(policy) with { WarmStart = new WarmStartSpec { Steps = 60, Batch = 8, LearningRate = 6e-3, WarmupSteps = 3, DirectWeight = 0.5, HindsightFraction = 0.5 } });
        await using var run = new ToyRun(toy);
        await run.Learner.InitialiseAsync(default);

        var early = await run.Learner.WarmStartAsync(10, default);
        await run.Learner.WarmStartAsync(50, default);
        var late = await run.Learner.WarmStartAsync(60, default);

        foreach (var loss in (string[])["loss/token", "loss/item", "loss/direct"])
        {
            Assert.True(late.Metrics[loss] < 0.85 * early.Metrics[loss], $"{loss} went from {early.Metrics[loss]} to {late.Metrics[loss]}");
        }
    }

    [Fact]
    public async Task Pretraining_learns_the_next_title()
    {
        var spec = Toy.Small.WarmStart with { Steps = 0, Pretrain = new PretrainSpec { Steps = 60, Batch = 12, LearningRate = 6e-3, WarmupSteps = 3, Dropout = 0, HistoryDrop = 0 } };
        using var toy = new Toy(Toy.Small with { WarmStart = spec });
        await using var run = new ToyRun(toy);
        await run.Learner.InitialiseAsync(default);

        var early = await run.Learner.WarmStartAsync(10, default);
        var late = await run.Learner.WarmStartAsync(60, default);

        Assert.True(late.Metrics["loss/pretrain"] < 0.7 * early.Metrics["loss/pretrain"], $"from {early.Metrics["loss/pretrain"]} to {late.Metrics["loss/pretrain"]}");
    }

    [Fact]
    public void Micro_batches_of_a_warm_start_sum_to_the_whole()
    {
        var whole = Gradient(Spec(0));

        foreach (var size in (int[])[1, 2, 5])
        {
            var parts = Gradient(Spec(size));

            Goldens.Within(Goldens.RelativeL2(whole.Gradient, parts.Gradient), 1e-5, $"micro-batches of {size}");
            Assert.All(whole.Losses, loss => Assert.Equal(loss.Value, parts.Losses[loss.Key], 1e-5 * Math.Max(1, Math.Abs(loss.Value))));
        }

        Assert.Equal(["loss/direct", "loss/item", "loss/line", "loss/title", "loss/token"], whole.Losses.Keys.Order(StringComparer.Ordinal));

        static WarmStartSpec Spec(int micro) => new()
        {
            Steps = 5, Batch = 7, DirectWeight = 0.3, LineWeight = 0.4, TitleWeight = 0.2, Negatives = "catalogue", MicroBatch = micro, HindsightFraction = 0.5,
        };
    }

    [Fact]
    public void Every_weight_scales_its_loss_alone()
    {
        var spec = new WarmStartSpec { Steps = 5, Batch = 6, TokenWeight = 1, ItemWeight = 1, DirectWeight = 1, LineWeight = 1, TitleWeight = 1, Negatives = "catalogue" };
        var whole = Gradient(spec);
        double[] sum = new double[whole.Gradient.Length];
        foreach (var alone in (Func<WarmStartSpec, WarmStartSpec>[])
        [
            none => none with { TokenWeight = 1 }, none => none with { ItemWeight = 1 }, none => none with { DirectWeight = 1 },
            none => none with { LineWeight = 1 }, none => none with { TitleWeight = 1 },
        ])
        {
            var none = spec with { TokenWeight = 0, ItemWeight = 0, DirectWeight = 0, LineWeight = 0, TitleWeight = 0 };
            var part = Gradient(alone(none)).Gradient;
            sum = [.. sum.Zip(part, (a, b) => a + b)];
        }

        Goldens.Within(Goldens.RelativeL2(whole.Gradient, sum), 1e-5, "sum of the parts");
    }

    private static (double[] Gradient, IReadOnlyDictionary<string, double> Losses) Gradient(WarmStartSpec warm)
    {
        using var scope = NewDisposeScope();
        using var toy = new Toy(Toy.Small with { WarmStart = warm });
        using var policy = TrainedPolicy.Initial(toy.Context);
        var samples = WarmStartBatch.Draw(1, R2ec.Distributed.Core.Randomness.ChancePurpose.WarmStartOrder, 2, warm.Batch, 0, 24);
        var batch = WarmStartBatch.Of(warm, samples, toy.Book, toy.Book, toy.Context.Marker.Ids, 1, 2);
        int[] ids = [.. Enumerable.Range(1, toy.Book.ItemCount)];
        var losses = new WarmStartLoss(policy.Backbone, warm, 0.05, toy.Book, [.. ids.Select(toy.Book.ItemPrompt)], ids, null).Backward(batch);
        return (ToyRun.Singles(policy.TakeGradients()), losses);
    }
}
