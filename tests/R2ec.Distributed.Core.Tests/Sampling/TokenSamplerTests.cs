using CsCheck;
using R2ec.Distributed.Core.Randomness;
using R2ec.Distributed.Core.RecPo;
using R2ec.Distributed.Core.Sampling;

namespace R2ec.Distributed.Core.Tests.Sampling;

public sealed class TokenSamplerTests
{
    private static readonly Gen<SamplingFilter> Filters =
        Gen.Select(Gen.OneOf(0.0, 0.7, 1.0, 2.0), Gen.OneOf(0, 1, 3, 50), Gen.OneOf(1.0, 0.95, 0.5), (t, k, p) => new SamplingFilter(t, k, p));

    // Steps of 1/4, so that ties are common, and some tokens that cannot be drawn.
    private static readonly Gen<float[]> Rows = Gen.Int[-20, 20].Select(s => s < -18 ? float.NegativeInfinity : s / 4f).Array[1, 1300].Select(row =>
    {
        row[row.Length / 2] = 1f;
        return row;
    });

    [Fact]
    public void A_drawn_token_is_a_kept_one_with_its_log_probability() =>
        Gen.Select(Rows, Filters, Gen.Double[0, 0.9999999]).Sample((logits, filter, uniform) =>
        {
            var sampler = new TokenSampler();
            var kept = sampler.Kept(logits, filter);
            var drawn = sampler.Sample(logits, filter, uniform);
            var at = Array.IndexOf(kept.Ids, drawn.Token);
            Assert.True(at >= 0);
            Assert.Equal(kept.LogProbabilities[at], drawn.SamplerLogProbability, 5e-6);
            Assert.Equal(1.0, kept.LogProbabilities.Sum(Math.Exp), 1e-9);
        }, iter: 300);

    [Fact]
    public void The_policys_log_probability_and_entropy_are_those_of_a_plain_softmax() =>
        Gen.Select(Rows, Filters, Gen.Double[0, 0.9999999]).Sample((logits, filter, uniform) =>
        {
            var drawn = new TokenSampler().Sample(logits, filter, uniform);
            var sum = logits.Sum(l => Math.Exp(l));
            var entropy = -logits.Where(float.IsFinite).Sum(l => Math.Exp(l) / sum * (l - Math.Log(sum)));
            Assert.Equal(logits[drawn.Token] - Math.Log(sum), drawn.PolicyLogProbability, 3e-6);
            Assert.Equal(entropy, drawn.Entropy, 1e-5);
        }, iter: 300);

    [Fact]
    public void What_was_asked_before_changes_nothing() =>
        Gen.Select(Rows, Rows, Filters, Filters, Gen.Double[0, 0.9999999]).Sample((earlier, logits, earlierFilter, filter, uniform) =>
        {
            var used = new TokenSampler();
            used.Sample(earlier, earlierFilter, uniform);
            used.Kept(earlier, earlierFilter);
            Assert.Equal(new TokenSampler().Sample(logits, filter, uniform), used.Sample(logits, filter, uniform));
        }, iter: 300);

    [Theory]
    [InlineData(1.0, 0, 1.0)]
    [InlineData(2.0, 0, 1.0)]
    [InlineData(0.7, 5, 1.0)]
    [InlineData(1.5, 0, 0.8)]
    [InlineData(1.5, 7, 0.8)]
    public void Frequencies_follow_the_distribution(double temperature, int topK, double topP)
    {
        const int Draws = 40_000;
        var filter = new SamplingFilter(temperature, topK, topP);
        float[] logits = [0.5f, -1f, 2f, 1f, 1f, float.NegativeInfinity, 0f, -0.5f, 1.5f, 0.25f, -2f, 0.75f];
        var sampler = new TokenSampler();
        var counts = new int[logits.Length];

        for (var i = 0; i < Draws; i++)
        {
            counts[sampler.Sample(logits, filter, Chance.Uniform(3, ChancePurpose.Sampling, 0, 0, 0, i)).Token]++;
        }

        var kept = sampler.Kept(logits, filter);
        Assert.Equal(Draws, kept.Ids.Sum(id => counts[id]));
        for (var i = 0; i < kept.Ids.Length; i++)
        {
            var p = Math.Exp(kept.LogProbabilities[i]);
            Assert.Equal(p, counts[kept.Ids[i]] / (double)Draws, 5 * Math.Sqrt(p * (1 - p) / Draws));
        }
    }

    [Fact]
    public void Candidates_are_walked_from_the_highest_and_the_whole_vocabulary_by_id()
    {
        float[] logits = [0f, 1f, 2f];
        var sampler = new TokenSampler();

        Assert.Equal(2, sampler.Sample(logits, new SamplingFilter(1.0, 2, 1.0), 0.0).Token);
        Assert.Equal(1, sampler.Sample(logits, new SamplingFilter(1.0, 2, 1.0), 0.999999).Token);
        Assert.Equal(0, sampler.Sample(logits, SamplingFilter.None, 0.0).Token);
        Assert.Equal(2, sampler.Sample(logits, SamplingFilter.None, 0.999999).Token);
    }

    [Fact]
    public void Greedy_takes_the_lowest_id_of_equal_logits() =>
        Rows.Sample(logits =>
        {
            var expected = Array.IndexOf(logits, logits.Max());
            var greedy = TokenSampler.Greedy(logits);
            Assert.Equal(expected, greedy.Token);
            Assert.Equal(greedy, new TokenSampler().Sample(logits, SamplingFilter.Greedy, 0.5));
        }, iter: 300);

    [Fact]
    public void Tokens_tied_with_the_kth_all_stay() =>
        Assert.Equal([3, 0, 1, 4], new TokenSampler().Kept([1f, 1f, 0f, 5f, 1f], new SamplingFilter(1.0, 2, 1.0)).Ids);

    [Fact]
    public void Of_equal_tokens_at_the_border_of_top_p_the_lower_ids_stay() =>
        Assert.Equal([0, 1, 2], new TokenSampler().Kept([1f, 1f, 1f, 1f], new SamplingFilter(1.0, 0, 0.75)).Ids);

    [Fact]
    public void Bits_never_change()
    {
        var logits = new float[1000];
        Chance.Normals(logits, 1, ChancePurpose.World, 1);
        var sampler = new TokenSampler();

        Assert.Equal((358, -1060738301, -1060738301, 1087119508), Bits(sampler.Sample(logits, SamplingFilter.None, 0.37)));
        Assert.Equal((567, -1062830749, -1066108012, 1087119508), Bits(sampler.Sample(logits, new SamplingFilter(2.0, 50, 0.95), 0.37)));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void Logits_that_are_not_numbers_fail_wherever_they_stand(float bad)
    {
        for (var id = 0; id < 37; id++)
        {
            var logits = new float[37];
            logits[id] = bad;
            Assert.Throws<NonFiniteScoreException>(() => new TokenSampler().Sample(logits, SamplingFilter.None, 0.5));
            Assert.Throws<NonFiniteScoreException>(() => TokenSampler.Greedy(logits));
        }
    }

    [Fact]
    public void A_row_without_any_token_to_draw_fails() =>
        Assert.Throws<NonFiniteScoreException>(() => TokenSampler.Greedy([float.NegativeInfinity, float.NegativeInfinity]));

    [Fact]
    public void Senseless_filters_are_refused() =>
        Assert.All(
            new SamplingFilter[] { new(-1, 0, 1), new(double.NaN, 0, 1), new(1, -1, 1), new(1, 0, 0), new(1, 0, 1.1) },
            filter => Assert.Throws<InvalidOperationException>(() => new TokenSampler().Sample([1f], filter, 0.5)));

    private static (int, int, int, int) Bits(SampledToken token) => (
        token.Token,
        BitConverter.SingleToInt32Bits(token.PolicyLogProbability),
        BitConverter.SingleToInt32Bits(token.SamplerLogProbability),
        BitConverter.SingleToInt32Bits(token.Entropy));
}
