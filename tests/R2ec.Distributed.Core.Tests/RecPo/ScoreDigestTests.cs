using CsCheck;
using R2ec.Distributed.Core.Evaluation;
using R2ec.Distributed.Core.RecPo;

namespace R2ec.Distributed.Core.Tests.RecPo;

public sealed class ScoreDigestTests
{
    // Scores in steps of 1/4, so that ties are common; column 0 is the padding.
    private static readonly Gen<(float[] Scores, int Target, int[] Seen, int TopCount)> Rows =
        from items in Gen.Int[1, 90]
        from steps in Gen.Int[-40, 40].Array[items + 1]
        from target in Gen.Int[1, items]
        from seen in Gen.Int[0, items].Array[0, 30]
        from topCount in Gen.Int[0, 100]
        select (Array.ConvertAll(steps, s => s / 4f), target, seen, topCount);

    [Fact]
    public void A_digest_is_what_sorting_everything_says() => Rows.Sample(row =>
    {
        var (scores, target, seen, topCount) = row;
        var open = Enumerable.Range(1, scores.Length - 1).Where(v => v == target || !seen.Contains(v)).ToArray();
        var order = open.OrderByDescending(v => scores[v]).ThenBy(v => v).ToArray();

        var digest = ScoreDigests.Of(scores, target, seen, topCount);

        Assert.Equal(1 + Array.IndexOf(order, target), digest.Rank);
        Assert.Equal(order.Take(topCount), digest.TopIds);
        Assert.Equal(order.Take(topCount).Select(v => scores[v]), digest.TopScores);
        Assert.Equal(Math.Log(open.Sum(v => Math.Exp(scores[v]))), digest.LogSumExp, 1e-12);
        Assert.Equal(scores[target], digest.TargetScore);
        Assert.Equal(digest.Rank, Ranks.Of(scores, target, seen));
    });

    [Fact]
    public void Masking_another_item_never_lowers_a_reward() => Rows.Sample(row =>
    {
        var (scores, target, seen, topCount) = row;

        var before = ScoreDigests.Of(scores, target, [], topCount);
        var after = ScoreDigests.Of(scores, target, seen, topCount);

        Assert.True(after.Rank <= before.Rank);
        Assert.True(Rewards.Similarity(after) >= Rewards.Similarity(before) - 1e-15);
        Assert.InRange(Rewards.Fused(after), 0.0, 1.0);
    });

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void A_score_that_is_not_finite_fails_wherever_it_stands(float bad)
    {
        for (var id = 1; id <= 40; id++)
        {
            var scores = new float[41];
            scores[id] = bad;
            Assert.Throws<NonFiniteScoreException>(() => ScoreDigests.Of(scores, 3, [id], 5));
            Assert.Throws<NonFiniteScoreException>(() => Ranks.Of(scores, 3, []));
        }
    }

    [Fact]
    public void The_padding_column_may_hold_anything() =>
        Assert.Equal(1, ScoreDigests.Of([float.NaN, 2f, 1f], 1, [], 1).Rank);

    [Fact]
    public void Ids_outside_the_catalogue_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ScoreDigests.Of([0f, 1f], 0, [], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ScoreDigests.Of([0f, 1f], 2, [], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ScoreDigests.Of([0f, 1f], 1, [2], 1));
    }
}
