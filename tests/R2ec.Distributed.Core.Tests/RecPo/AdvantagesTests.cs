using CsCheck;
using R2ec.Distributed.Core.RecPo;

namespace R2ec.Distributed.Core.Tests.RecPo;

public sealed class AdvantagesTests
{
    private static readonly Gen<AdvantageKind> Kinds = Gen.OneOf(AdvantageKind.Grpo, AdvantageKind.Rloo, AdvantageKind.DrGrpo);
    private static readonly Gen<double[]> Groups = Gen.Int[0, 1000].Select(x => x / 1000.0).Array[2, 16];

    [Fact]
    public void A_constant_added_to_every_reward_changes_nothing() =>
        Gen.Select(Groups, Kinds, Gen.Int[-4, 4]).Sample((rewards, kind, c) =>
            GoldenJson.Close(Advantages.Of(rewards, kind), Advantages.Of(Array.ConvertAll(rewards, r => r + c), kind), 1e-9, kind.ToString()));

    [Fact]
    public void A_group_of_equal_rewards_carries_no_signal() =>
        Gen.Select(Gen.Double[-1e9, 1e9], Gen.Int[1, 16], Kinds).Sample((reward, count, kind) =>
        {
            double[] rewards = [.. Enumerable.Repeat(reward, count)];
            Assert.True(Advantages.IsDegenerate(rewards));
            Assert.All(Advantages.Of(rewards, kind), a => Assert.Equal(0.0, a));
        });

    [Fact]
    public void Permuting_a_group_permutes_its_advantages() =>
        Gen.Select(Groups, Kinds).Sample((rewards, kind) =>
        {
            double[] reversed = [.. rewards.Reverse()];
            GoldenJson.Close([.. Advantages.Of(rewards, kind).Reverse()], Advantages.Of(reversed, kind), 1e-9, kind.ToString());
        });

    [Fact]
    public void Advantages_sum_to_zero_and_keep_the_order_of_rewards() =>
        Gen.Select(Groups, Kinds).Sample((rewards, kind) =>
        {
            var advantages = Advantages.Of(rewards, kind);
            Assert.Equal(0.0, advantages.Sum(), 1e-9);
            Assert.All(Enumerable.Range(1, rewards.Length - 1), i => Assert.Equal(rewards[i].CompareTo(rewards[0]), advantages[i].CompareTo(advantages[0])));
        });

    [Fact]
    public void Leave_one_out_is_the_reward_less_the_mean_of_the_others() =>
        // 3 − (1 + 2) / 2 = 1.5; 1 − 2.5 = −1.5; 2 − 2 = 0. (The released code computes 3 · 4 / 3 − 2 = 2 for the first.)
        GoldenJson.Close([1.5, -1.5, 0.0], Advantages.Of([3.0, 1.0, 2.0], AdvantageKind.Rloo), 1e-15, "rloo");

    [Fact]
    public void Winners_are_the_highest_and_ties_go_to_the_lower_index()
    {
        Assert.Equal([1], Advantages.Winners([0.0, 2.0, 2.0, 1.0], 1));
        Assert.Equal([1, 2, 3], Advantages.Winners([0.0, 2.0, 2.0, 1.0], 3));
        Assert.Equal([0, 1], Advantages.Winners([0.0, 0.0], 5));
    }

    [Fact]
    public void Rewards_that_are_not_finite_and_empty_groups_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Advantages.Of([0.1, double.NaN], AdvantageKind.Grpo));
        Assert.Throws<ArgumentException>(() => Advantages.Of([], AdvantageKind.Grpo));
    }
}
