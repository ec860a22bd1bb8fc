using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Data.Baselines;

namespace R2ec.Distributed.Data.Tests;

public sealed class BaselineTests
{
    [Fact]
    public void Every_family_scores_every_item_finitely()
    {
        var set = Sets.Big(30, 12, 10, 5);
        var scores = new float[set.ItemCount + 1];

        foreach (var scorer in Scorers.Candidates(set))
        {
            Array.Fill(scores, float.NaN);
            scorer.Score(set.WindowOf(set.Samples(Split.Test)[0]), scores);
            Assert.All(scores, s => Assert.True(float.IsFinite(s)));
            Assert.Equal(0, scores[0]);
        }

        Assert.Equal(["popularity", "last_item", "co_occurrence", "markov"], Scorers.Candidates(set).Select(s => s.Name).Distinct());
    }

    [Fact]
    public void On_a_ring_markov_counts_know_the_next_item()
    {
        var set = Sets.Ring(users: 30);
        var scores = new float[set.ItemCount + 1];
        var markov = Scorers.Candidates(set).First(s => s.Name == "markov");

        foreach (var sample in set.Samples(Split.Test))
        {
            markov.Score(set.WindowOf(sample), scores);
            foreach (var e in set.WindowOf(sample))
            {
                scores[e.Item] = 0;
            }

            Assert.Equal(set.Target(sample).Item, Array.IndexOf(scores, scores.Max()));
        }
    }

    [Fact]
    public void Popularity_is_the_share_of_training_targets()
    {
        var set = Sets.Ring();
        var scores = new float[set.ItemCount + 1];

        Scorers.Candidates(set)[0].Score([], scores);

        Assert.Equal(1, scores.Sum(), 5);
        Assert.Equal(set.Samples(Split.Train).Count(s => set.Target(s).Item == 3) / (float)set.Samples(Split.Train).Count, scores[3], 6);
    }

    [Fact]
    public void Co_occurrence_counts_targets_and_histories_both_ways()
    {
        // Users u0 to u9 on a ring of 7, window 3: whatever is counted at (x, y) is counted at (y, x), so scores of one-item histories are symmetric.
        var set = Sets.Ring();
        var sum = Scorers.Candidates(set).First(s => s.Name == "co_occurrence");
        var rows = Enumerable.Range(0, set.ItemCount + 1).Select(_ => new float[set.ItemCount + 1]).ToArray();
        for (var x = 1; x <= set.ItemCount; x++)
        {
            sum.Score([new Event(x, 5, 0)], rows[x]);
        }

        for (var x = 1; x <= set.ItemCount; x++)
        {
            for (var y = 1; y <= set.ItemCount; y++)
            {
                Assert.Equal(Math.Floor(rows[x][y]), Math.Floor(rows[y][x]));
            }
        }
    }

    [Fact]
    public void The_last_item_scores_one_and_all_others_nothing()
    {
        var scores = new float[8];

        Scorers.Candidates(Sets.Ring())[1].Score([new Event(2, 5, 0), new Event(4, 5, 0)], scores);

        Assert.Equal(4, Array.IndexOf(scores, 1f));
        Assert.Equal(1, scores.Sum());
    }

    [Fact]
    public void Sparse_counts_equal_dense_ones()
    {
        var chance = new Uniform(9);
        var pairs = Enumerable.Range(0, 500).Select(_ => ((int)(chance.Next() * 10), (int)(chance.Next() * 10), (float)chance.Next())).ToArray();
        var dense = new float[10, 10];
        foreach (var (row, column, weight) in pairs)
        {
            dense[row, column] += weight;
        }

        var sparse = SparseCounts.Of(10, add =>
        {
            foreach (var (row, column, weight) in pairs)
            {
                add(row, column, weight);
            }
        });

        for (var row = 0; row < 10; row++)
        {
            for (var column = 0; column < 10; column++)
            {
                Assert.Equal(dense[row, column], sparse[row, column]);
            }
        }
    }
}
