using CsCheck;
using R2ec.Distributed.Core.RecPo;

namespace R2ec.Distributed.Core.Tests.RecPo;

public sealed class RewardsTests
{
    [Fact]
    public void A_gain_lies_between_0_and_1_and_never_rises_with_the_rank() =>
        Gen.Select(Gen.Int[1, 3000], Gen.Int[1, 3000]).Sample((rank, cutoff) =>
            Rewards.Ndcg(rank, cutoff) is >= 0 and <= 1 && Rewards.Ndcg(rank + 1, cutoff) <= Rewards.Ndcg(rank, cutoff));

    [Fact]
    public void The_first_rank_is_worth_exactly_1() => Assert.Equal(1.0, Rewards.Ndcg(1));

    [Fact]
    public void The_cutoff_itself_still_counts()
    {
        Assert.True(Rewards.Ndcg(1000) > 0);
        Assert.Equal(0.0, Rewards.Ndcg(1001));
    }

    [Fact]
    public void A_reward_mixes_both_parts_by_beta()
    {
        var digest = new ScoreDigest(0f, 3, Math.Log(4.0), [], []);

        // 0.75 · 1 / log2(4) + 0.25 · 1 / 4 = 0.375 + 0.0625
        Assert.Equal(0.4375, Rewards.Fused(digest, 0.25), 1e-15);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void A_beta_outside_0_to_1_is_refused(double beta) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Rewards.Fused(new ScoreDigest(0f, 1, 0.0, [], []), beta));
}
