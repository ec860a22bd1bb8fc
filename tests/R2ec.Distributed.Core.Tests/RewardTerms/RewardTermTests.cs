using System.Reflection;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.RewardTerms;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Core.Spec.Sections;

namespace R2ec.Distributed.Core.Tests.RewardTerms;

public sealed class RewardTermTests
{
    [Theory]
    [InlineData(0, 1.0)]
    [InlineData(10, 1.0)]
    [InlineData(15, 0.75)]                                           // (15 - 10) / (30 - 10) is a quarter of the way down
    [InlineData(30, 0.0)]
    [InlineData(99, 0.0)]
    public void Brevity_is_free_up_to_a_length_and_then_falls_linearly(int tokens, double expected) =>
        Assert.Equal(new TermResult.Score(expected), new LengthTerm(10, 30).Of(Group(tokens, "x"), 0));

    [Fact]
    public void A_form_is_matched_against_the_whole_text()
    {
        var term = new FormatTerm("a+<answer>", rejects: false);

        Assert.Equal(new TermResult.Score(1), term.Of(Group(1, "aa<answer>"), 0));
        Assert.Equal(new TermResult.Score(0), term.Of(Group(1, "aa<answer> and more"), 0));
        Assert.IsType<TermResult.Rejected>(new FormatTerm("a+", rejects: true).Of(Group(1, "b"), 0));
    }

    [Fact]
    public void The_sum_is_the_fused_reward_and_each_value_by_its_weight()
    {
        var spec = new RewardsSpec { RecpoWeight = 2, Terms = [new RewardTermSpec { Name = "a", Weight = 0.5 }, new RewardTermSpec { Name = "b", Weight = -1 }] };

        var reward = RewardSum.Of(spec, new CompletionReward(0.25, 0.5, 0.125, false), [new TermValue("a", 3, ""), new TermValue("b", 0.75, "")]);

        Assert.Equal(1.25, reward.Reward);                           // 2 * 0.25 + 0.5 * 3 - 1 * 0.75
        Assert.Equal((0.5, 0.125), (reward.RankPart, reward.SimilarityPart));
        Assert.Equal(["a", "b"], reward.Terms!.Select(term => term.Name));
    }

    [Fact]
    public void A_rejected_completion_is_worth_what_the_spec_says_and_nothing_else()
    {
        var spec = new RewardsSpec { RejectedReward = -0.5, Terms = [new RewardTermSpec { Name = "a" }] };

        Assert.Equal(-0.5, RewardSum.Of(spec, new CompletionReward(1, 1, 1, false), [new TermValue("a", 0, "rude")]).Reward);
    }

    [Fact]
    public void Without_terms_a_reward_keeps_its_bits_and_names_none()
    {
        var fused = new CompletionReward(0.1 + 0.2, 0.5, 0.5, false);

        Assert.Equal(fused, RewardSum.Of(new RewardsSpec(), fused, []));
    }

    [Fact]
    public void A_kind_that_a_spec_may_name_is_made_here_or_is_a_service()
    {
        var choices = typeof(RewardTermSpec).GetProperty(nameof(RewardTermSpec.Kind))!.GetCustomAttribute<SpecKeyAttribute>()!.Choices!.Split('|');

        Assert.Equal(choices.Order(), RewardTermKinds.InProcess.Keys.Append(RewardTermKinds.Service).Order());
    }

    [Theory]
    [InlineData(1, null, 0.5)]
    [InlineData(2, null, 1.0)]
    [InlineData(4, null, 4.0)]
    [InlineData(50, null, 60.0)]
    [InlineData(1, 7.0, 7.0)]
    [InlineData(3, 1.0, 2.0)]
    [InlineData(1, 86400.0, 300.0)]
    public void Waits_double_and_are_never_less_than_a_service_asks_for(int tries, double? asked, double expected) =>
        Assert.Equal(TimeSpan.FromSeconds(expected), new RetryPace(TimeSpan.FromSeconds(0.5)).After(tries, asked is { } seconds ? TimeSpan.FromSeconds(seconds) : null));

    private static GroupRollout Group(int tokens, string text) => new(
        new GroupId(1, 0), new SampleId(0), Digest.Of("p"u8), Digest.Of("t"u8), [new Completion([1], tokens, true, [], [], 0, 0, 1, 0, [], [], text)]);
}
