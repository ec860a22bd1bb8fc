using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Randomness;
using R2ec.Distributed.Core.Spec.Sections;
using R2ec.Distributed.Model.Tests.Engines;
using R2ec.Distributed.Model.Tests.Learning;
using R2ec.Distributed.Model.WarmStart;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Tests.WarmStart;

public sealed class WarmStartPartsTests
{
    [Fact]
    public void A_dropout_mask_is_a_function_of_seed_step_and_place()
    {
        var reference = Masks(5, 7);

        Assert.Equal(reference, Masks(5, 7));
        Assert.NotEqual(reference[0], reference[1]);
        Assert.NotEqual(reference[0], Masks(6, 7)[0]);
        Assert.NotEqual(reference[0], Masks(5, 8)[0]);
        // Another value in the same place is dropped or kept as the first was.
        Assert.Equal(reference[0].Select(x => x == 0), Masks(5, 7, 3)[0].Select(x => x == 0));
    }

    [Fact]
    public void Dropout_keeps_the_mean_and_drops_the_rate()
    {
        using var scope = NewDisposeScope();
        var values = Goldens.Numbers(ChanceDropout.Of(0.3, 1, 2)!.Apply(ones(40, 50, 16), 0, 0));

        Assert.Equal(0.3, values.Count(x => x == 0) / (double)values.Length, 0.02);
        Assert.Equal(1, values.Average(), 0.02);
        Assert.Single(values.Where(x => x != 0).Distinct());
        Assert.Null(ChanceDropout.Of(0, 1, 2));
    }

    [Fact]
    public void Pairs_are_titles_that_follow_each_other()
    {
        int[] titles = [-1, 100, 101, -1, 102];

        var pairs = TitlePairs.Of([[7, 100, 101, 102, 9], [100, 7, 101], [102]], titles);

        Assert.Equal([new TitlePair(0, 1, 101, 2), new TitlePair(0, 2, 102, 4)], pairs);
        Assert.Equal(2, TitlePairs.Count([[7, 100, 101, 102, 9]], titles));
        Assert.Empty(TitlePairs.Of([[1, 2, 3]], titles));
    }

    [Fact]
    public void The_learning_rate_rises_stays_and_falls()
    {
        double Rate(int step) => LearningRates.Trapezoid(2, step, 100, 10, 0.6, 0.1);

        // (step + 1) / 10 of the peak, then the peak, then from step 60 on a line to 0.1 of it at step 100.
        Assert.Equal([0.2, 1.0, 2.0, 2.0, 2.0], new[] { 0, 4, 9, 30, 60 }.Select(step => Math.Round(Rate(step), 12)));
        Assert.Equal(2 * (1 - (0.9 * 0.5)), Rate(80), 1e-12);
        Assert.Equal(2 * (1 - (0.9 * 39 / 40)), Rate(99), 1e-12);
        Assert.Equal(2, LearningRates.Trapezoid(2, 0, 10, 0, 1, 0.1));
        Assert.Equal([0.5, 1.0, 1.0], new[] { 2, 4, 9 }.Select(step => LearningRates.Rising(1, step, 4)));
        Assert.Equal(3, LearningRates.Rising(3, 1, 0));
    }

    [Fact]
    public void An_epoch_draws_each_sample_once()
    {
        var epoch = Enumerable.Range(0, 4).SelectMany(step => WarmStartBatch.Draw(9, ChancePurpose.WarmStartOrder, step, 6, 10, 24)).ToArray();

        Assert.Equal(Enumerable.Range(10, 24), epoch.Select(sample => sample.Value).Order());
        Assert.NotEqual(epoch.Take(6), WarmStartBatch.Draw(9, ChancePurpose.WarmStartOrder, 4, 6, 10, 24));
        Assert.Equal(8, WarmStartBatch.Draw(9, ChancePurpose.WarmStartOrder, 3, 8, 0, 5).Length);
    }

    [Fact]
    public void A_batch_has_the_lessons_that_its_weights_ask_for()
    {
        using var toy = new Toy(Toy.Small);
        WarmStartBatch Of(WarmStartSpec spec) => WarmStartBatch.Of(spec, [new SampleId(1), new SampleId(2)], toy.Book, toy.Book, toy.Context.Marker.Ids, 1, 0);

        var all = Of(new WarmStartSpec { DirectWeight = 1 });
        Assert.Equal([Lesson.Chain, Lesson.Item, Lesson.Direct], all.Lessons);
        Assert.Equal(toy.Book.Hindsight(new SampleId(2), 0, 1), all.Chains[4]);
        Assert.Equal(toy.Context.Marker.Ids, all.Chains[5]);
        Assert.Equal(all.Chains[0].Length + all.Chains[3].Length, all.TaughtTokens);
        Assert.Equal([toy.Book.Target(new SampleId(1)), toy.Book.Target(new SampleId(2))], all.Targets);
        Assert.Equal([Lesson.Direct], Of(new WarmStartSpec { TokenWeight = 0, ItemWeight = 0 }).Lessons);
    }

    private static double[][] Masks(ulong seed, long step, float value = 1)
    {
        using var scope = NewDisposeScope();
        var dropout = ChanceDropout.Of(0.25, seed, step)!;
        return [.. Enumerable.Range(0, 2).Select(_ => Goldens.Numbers(dropout.Apply(full([2, 5, 8], value), 0, 0)))];
    }
}
