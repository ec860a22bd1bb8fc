using CsCheck;
using R2ec.Distributed.Core.Evaluation;

namespace R2ec.Distributed.Core.Tests.Evaluation;

public sealed class EvaluationTests
{
    private static readonly Gen<int[]> RankLists = Gen.Int[1, 40].Array[1, 60];

    [Fact]
    public void Gains_and_hits_bound_each_other() => RankLists.Sample(ranks =>
    {
        var metrics = RankingMetrics.Of(ranks).ByName;
        Assert.Equal(RankingMetrics.Names.Order(StringComparer.Ordinal), metrics.Keys);
        foreach (var k in RankingMetrics.Cutoffs)
        {
            Assert.InRange(metrics[$"ndcg@{k}"], (metrics[$"hr@{k}"] / Math.Log2(k + 1)) - 1e-12, metrics[$"hr@{k}"] + 1e-12);
            Assert.Equal(Math.Round(metrics[$"hr@{k}"] * ranks.Length), metrics[$"hr@{k}"] * ranks.Length, 1e-9);
        }
    });

    [Fact]
    public void A_better_rank_never_lowers_a_metric() => RankLists.Sample(ranks =>
    {
        var before = RankingMetrics.Of(ranks).ByName;
        var after = RankingMetrics.Of([Math.Max(1, ranks[0] - 3), .. ranks[1..]]).ByName;
        Assert.All(RankingMetrics.Names, name => Assert.True(after[name] >= before[name] - 1e-12));
    });

    [Fact]
    public void Metrics_of_nothing_are_refused() => Assert.Throws<ArgumentException>(() => RankingMetrics.Of([]));

    [Fact]
    public void An_interval_holds_its_mean_and_is_the_same_for_the_same_seed() =>
        Gen.Select(Gen.Double[0, 1].Array[5, 40], Gen.ULong).Sample((values, seed) =>
        {
            int[] users = [.. values.Select((_, i) => i / 2)];
            var interval = Bootstrap.Interval(values, users, seed, 200);
            Assert.Equal(values.Average(), interval.Mean, 1e-12);
            Assert.True(interval.Low <= interval.Mean + 1e-12 && interval.Mean <= interval.High + 1e-12);
            Assert.Equal(interval, Bootstrap.Interval(values, users, seed, 200));
        }, iter: 50);

    [Fact]
    public void An_interval_is_about_as_wide_as_theory_says()
    {
        double[] values = [.. Enumerable.Range(0, 400).Select(i => i % 2 == 0 ? 0.0 : 1.0)];

        var interval = Bootstrap.Interval(values, [.. Enumerable.Range(0, 400)], 1);

        // ± 1.96 · 0.5 / √400 = ± 0.049
        Assert.Equal(0.451, interval.Low, 0.006);
        Assert.Equal(0.549, interval.High, 0.006);
    }

    [Fact]
    public void Samples_of_one_user_stay_together()
    {
        double[] values = [.. Enumerable.Range(0, 400).Select(i => (i / 100) % 2 == 0 ? 0.0 : 1.0)];

        var apart = Bootstrap.Interval(values, [.. Enumerable.Range(0, 400)], 1);
        var together = Bootstrap.Interval(values, [.. Enumerable.Range(0, 400).Select(i => i / 100)], 1);

        Assert.True(together.High - together.Low > 3 * (apart.High - apart.Low));
    }

    [Fact]
    public void A_gain_of_everyone_has_an_interval_without_width()
    {
        var gain = Bootstrap.Paired([0.1, 0.9, 0.4], [0.35, 1.15, 0.65], [1, 2, 3], 1);

        Assert.Equal(0.25, gain.Mean, 1e-12);
        Assert.Equal(0.25, gain.Low, 1e-12);
        Assert.Equal(0.25, gain.High, 1e-12);
        Assert.True(gain.ExcludesZero);
    }

    [Fact]
    public void Values_without_users_are_refused() =>
        Assert.Throws<ArgumentException>(() => Bootstrap.Interval([1.0, 2.0], [1], 1));

    [Fact]
    public void Nobody_reads_his_own_chain() =>
        Gen.Select(Gen.ULong, Gen.Int[0, 100]).Sample((seed, count) =>
        {
            var partners = PermutedChains.Partner(seed, count);
            Assert.Equal(Enumerable.Range(0, count), partners.Order());
            Assert.True(count <= 1 || !partners.Where((partner, i) => partner == i).Any());
        });
}
