using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Data.Baselines;
using R2ec.Distributed.Data.Quickstart;

namespace R2ec.Distributed.Data.Tests;

public sealed class QuickstartWorldTests
{
    private static readonly DataSet World = QuickstartWorld.Create(400, new Uniform(7).Next);

    [Fact]
    public void The_catalogue_has_six_nouns_of_each_theme_in_each_style()
    {
        Assert.Equal(144, World.ItemCount);
        Assert.All(World.Items.Skip(1).GroupBy(i => (i.Values("theme")[0], i.Values("style")[0])), cell => Assert.Equal(6, cell.Select(i => i.Values("noun")[0]).Distinct().Count()));
        Assert.All(World.Items.Skip(1), i => Assert.Equal($"{i.Values("look")[0]} {i.Values("noun")[0]}", i.Title));
        Assert.All(World.Items.Skip(1), i => Assert.Equal($"{i.Values("style")[0]} {i.Values("noun")[0]} for {i.Values("theme")[0]}", i.Text));
    }

    [Fact]
    public void Users_buy_twelve_different_things_and_only_liked_ones_from_the_fourth_on_are_targets()
    {
        Assert.Equal(400, World.UserCount);
        Assert.All(Enumerable.Range(0, 400), u => Assert.Equal(12, World.Events(u).ToArray().Select(e => e.Item).Distinct().Count()));
        Assert.All(World.Samples(Split.Test), s => Assert.True(World.Target(s).Rating >= 4 && s.Position >= 3));
        Assert.InRange(Enum.GetValues<Split>().Sum(s => World.Samples(s).Count), 3100, 3400);
    }

    [Fact]
    public void One_purchase_in_ten_is_an_accident()
    {
        var all = Enumerable.Range(0, 400).SelectMany(u => World.Events(u).ToArray()).ToArray();

        Assert.InRange(all.Count(e => e.Rating < 4) / (double)all.Length, 0.08, 0.12);
    }

    [Fact]
    public void The_same_draws_make_the_same_world_and_others_another()
    {
        Assert.Equal(World.Digest, QuickstartWorld.Create(400, new Uniform(7).Next).Digest);
        Assert.NotEqual(World.Digest, QuickstartWorld.Create(400, new Uniform(8).Next).Digest);
    }

    [Fact]
    public void Exact_filtering_reaches_half_and_popularity_next_to_nothing()
    {
        var optimum = new QuickstartOptimum(World);
        var popularity = Scorers.Candidates(World)[0];

        Assert.InRange(Ndcg((s, scores) => optimum.Scores(World.History(s), scores)), 0.42, 0.60);
        Assert.InRange(Ndcg((s, scores) => popularity.Score(World.WindowOf(s), scores)), 0, 0.10);
    }

    [Fact]
    public void Probabilities_of_the_optimum_sum_to_one()
    {
        var optimum = new QuickstartOptimum(World);
        var scores = new float[World.ItemCount + 1];

        foreach (var sample in World.Samples(Split.Valid))
        {
            optimum.Scores(World.History(sample), scores);
            Assert.Equal(1, scores.Sum(), 4);
        }
    }

    private static double Ndcg(Action<Sample, float[]> score)
    {
        var (sum, scores) = (0.0, new float[World.ItemCount + 1]);
        foreach (var sample in World.Samples(Split.Valid))
        {
            score(sample, scores);
            var target = World.Target(sample).Item;
            var seen = World.WindowOf(sample).ToArray().Select(e => e.Item).ToHashSet();
            var rank = 1 + Enumerable.Range(1, World.ItemCount).Count(v => v != target && !seen.Contains(v) && (scores[v] > scores[target] || (scores[v] == scores[target] && v < target)));
            sum += rank <= 10 ? 1 / Math.Log2(rank + 1) : 0;
        }

        return sum / World.Samples(Split.Valid).Count;
    }
}
