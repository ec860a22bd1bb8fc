using CsCheck;
using R2ec.Distributed.Core.Randomness;

namespace R2ec.Distributed.Core.Tests.Randomness;

public sealed class ChanceStreamTests
{
    [Fact]
    public void Draw_n_is_the_number_at_token_n()
    {
        var stream = new ChanceStream(7, ChancePurpose.World, 1, 2, 3);

        for (var token = 0; token < 20; token++)
        {
            Assert.Equal(Chance.Uniform(7, ChancePurpose.World, 1, 2, 3, token), stream.Next());
        }

        Assert.Equal(20, stream.DrawnCount);
    }

    [Fact]
    public void A_sample_is_distinct_and_in_range() =>
        Gen.Select(Gen.ULong, Gen.Int[0, 60], Gen.Int[0, 60]).Sample((seed, a, b) =>
        {
            var (count, outOf) = (Math.Min(a, b), Math.Max(a, b));
            var stream = new ChanceStream(seed, ChancePurpose.World, 0);
            var drawn = stream.Sample(count, outOf);
            Assert.Equal(count, drawn.Distinct().Count());
            Assert.All(drawn, i => Assert.InRange(i, 0, outOf - 1));
        });

    [Fact]
    public void Waiting_times_have_their_mean()
    {
        var stream = new ChanceStream(7, ChancePurpose.World, 0);

        var mean = Enumerable.Range(0, 50_000).Average(_ => stream.Exponential(3.0));

        Assert.InRange(mean, 2.95, 3.05);
    }

    [Fact]
    public void Weights_are_followed_and_zero_is_never_drawn()
    {
        var stream = new ChanceStream(7, ChancePurpose.World, 0);
        var counts = new int[4];

        for (var i = 0; i < 30_000; i++)
        {
            counts[stream.Weighted([1.0, 0.0, 2.0, 0.0])]++;
        }

        Assert.Equal(0, counts[1] + counts[3]);
        Assert.InRange(counts[0], 9_700, 10_300);
    }

    [Fact]
    public void Senseless_weights_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new ChanceStream(7, ChancePurpose.World, 0).Weighted([0.0, 0.0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ChanceStream(7, ChancePurpose.World, 0).Weighted([1.0, double.NaN]));
    }

    [Fact]
    public void Streams_at_the_same_place_are_equal()
    {
        var one = new ChanceStream(7, ChancePurpose.World, 0);
        var other = new ChanceStream(7, ChancePurpose.World, 0);
        Assert.True(one == other);

        one.Next();

        Assert.True(one != other);
    }
}
