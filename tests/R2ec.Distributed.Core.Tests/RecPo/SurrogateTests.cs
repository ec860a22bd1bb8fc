using CsCheck;
using R2ec.Distributed.Core.RecPo;

namespace R2ec.Distributed.Core.Tests.RecPo;

public sealed class SurrogateTests
{
    [Fact]
    public void The_defaults_are_those_of_the_reference()
    {
        Assert.Equal((0.2, 0.28, null), (new SurrogateClip().Low, new SurrogateClip().High, new SurrogateClip().Dual));
        Assert.Equal((1000, 0.05), (Rewards.DefaultCutoff, Rewards.DefaultBeta));
    }

    [Fact]
    public void On_policy_the_surrogate_is_the_advantage_and_carries_its_gradient() =>
        Gen.Double[-5, 5].Sample(a => Surrogate.Value(1.0, a, new SurrogateClip()) == a && Surrogate.Slope(1.0, a, new SurrogateClip()) == a);

    [Fact]
    public void It_never_exceeds_the_free_product_without_a_dual_clip() =>
        Gen.Select(Gen.Double[0, 10], Gen.Double[-5, 5]).Sample((ratio, a) => Surrogate.Value(ratio, a, new SurrogateClip()) <= ratio * a);

    [Fact]
    public void A_dual_clip_bounds_negative_advantages_only() =>
        Gen.Select(Gen.Double[0, 100], Gen.Double[-5, 5]).Sample((ratio, a) =>
        {
            var plain = Surrogate.Value(ratio, a, new SurrogateClip());
            var dual = Surrogate.Value(ratio, a, new SurrogateClip(Dual: 3.0));
            return a >= 0 ? dual == plain : dual == Math.Max(plain, 3.0 * a);
        });

    [Fact]
    public void The_slope_is_the_derivative() =>
        Gen.Select(Gen.Double[0.01, 6], Gen.Double[-5, 5]).Sample((ratio, a) =>
        {
            var clip = new SurrogateClip(Dual: 3.0);
            if (new[] { 0.8, 1.28, 3.0 }.Any(bound => Math.Abs(ratio - bound) < 1e-4))
            {
                return;
            }

            var difference = (Surrogate.Value(ratio + 1e-6, a, clip) - Surrogate.Value(ratio - 1e-6, a, clip)) / 2e-6;
            Assert.Equal(difference, Surrogate.Slope(ratio, a, clip), 1e-6);
        });

    [Fact]
    public void Shards_weighted_alone_add_up_to_the_whole_batch() =>
        Gen.Select(Gen.Int[0, 9].Array[1, 12], Gen.OneOf(TokenAggregation.TokenMean, TokenAggregation.SequenceMean, TokenAggregation.TokenSum)).Sample((tokens, kind) =>
        {
            var whole = TokenWeights.Of(kind, tokens);
            double[] apart = [.. tokens.Select(t => TokenWeights.Of(kind, t, tokens.Sum(), tokens.Length))];
            Assert.Equal(whole, apart);
            Assert.All(tokens.Zip(whole), x => Assert.True(x.First == 0 ? x.Second == 0 : x.Second > 0));
        });
}
