using CsCheck;
using R2ec.Distributed.Core.Randomness;

namespace R2ec.Distributed.Core.Tests.Randomness;

public sealed class ChanceTests
{
    private const ulong Seed = 0x0123_4567_89AB_CDEF;

    [Fact]
    public void Coordinates_have_the_packing_that_the_summary_states()
    {
        var (word0, word1, _, _) = Philox.Block(5, 3, 2, (6u << 24) | 4u, Seed);

        Assert.Equal(((ulong)word1 << 32) | word0, Chance.Bits(Seed, ChancePurpose.Sampling, step: 2, group: 3, completion: 4, token: 5));
    }

    // Committed values: a change of any of them changes every run. They may never be updated to make the test pass.
    [Fact]
    public void The_mapping_never_changes()
    {
        Assert.Equal(0x1ebdeb95fa1f5c5dul, Chance.Bits(Seed, ChancePurpose.Sampling, 2, 3, 4, 5));
        Assert.Equal(0.12008545314358565, Chance.Uniform(Seed, ChancePurpose.Sampling, 2, 3, 4, 5));
        Assert.Equal(660432, Chance.Index(Seed, ChancePurpose.Bootstrap, 7, 0, 0, 9, 1_000_000));
        Assert.Equal(4190993326936293051L, Chance.Stream("model.layers.0.self_attn.q_proj.weight"));
        Assert.Equal([0, 9, 7, 4, 2, 1, 8, 5, 3, 6], Chance.Permutation(Seed, ChancePurpose.PromptOrder, 1, 10));
    }

    [Fact]
    public void Normals_and_uniforms_never_change()
    {
        var normals = new float[5];
        var uniforms = new float[5];

        Chance.Normals(normals, Seed, ChancePurpose.Initialisation, Chance.Stream("w"));
        Chance.Uniforms(uniforms, Seed, ChancePurpose.Dropout, Chance.Stream("w"));

        Assert.Equal([-1091698043, -1092253348, -1084706686, -1080759014, 1060902757], Array.ConvertAll(normals, BitConverter.SingleToInt32Bits));
        Assert.Equal([1062101383, 1042542960, 1022177888, 1053830346, 1058392876], Array.ConvertAll(uniforms, BitConverter.SingleToInt32Bits));
    }

    [Fact]
    public void Fnv_of_published_vectors_is_met()
    {
        Assert.Equal(0xcbf29ce484222325, unchecked((ulong)Chance.Stream("")));
        Assert.Equal(0xaf63dc4c8601ec8c, unchecked((ulong)Chance.Stream("a")));
        Assert.Equal(0x85944171f73967e8, unchecked((ulong)Chance.Stream("foobar")));
    }

    [Theory]
    [InlineData(-1, 0, 0, 0)]
    [InlineData(1L << 32, 0, 0, 0)]
    [InlineData(0, -1, 0, 0)]
    [InlineData(0, 0, 1L << 24, 0)]
    [InlineData(0, 0, 0, 1L << 32)]
    public void Coordinates_outside_their_bits_are_refused(long step, long group, long completion, long token) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Chance.Uniform(Seed, ChancePurpose.Sampling, step, group, completion, token));

    [Fact]
    public void Different_coordinates_give_different_bits() =>
        Gen.Select(Gen.UInt, Gen.UInt, Gen.UInt, Gen.Int[0, 0xFFFFFF]).Array[2].Where(x => x[0] != x[1]).Sample(pair =>
            Bits(pair[0]) != Bits(pair[1]));

    [Fact]
    public void A_permutation_is_a_permutation() =>
        Gen.Select(Gen.ULong, Gen.Int[0, 200]).Sample((seed, count) =>
            Chance.Permutation(seed, ChancePurpose.PromptOrder, 3, count).Order().SequenceEqual(Enumerable.Range(0, count)));

    [Fact]
    public void Every_order_of_three_is_as_likely()
    {
        var counts = Enumerable.Range(0, 6000).GroupBy(epoch => string.Join(',', Chance.Permutation(Seed, ChancePurpose.PromptOrder, epoch, 3))).Select(g => g.Count()).ToArray();

        // 1,000 expected, standard deviation 29.
        Assert.Equal(6, counts.Length);
        Assert.All(counts, c => Assert.InRange(c, 870, 1130));
    }

    [Fact]
    public void Normals_have_the_moments_of_a_normal()
    {
        var draws = new float[200_000];

        Chance.Normals(draws, Seed, ChancePurpose.Initialisation, 1);

        Assert.InRange(draws.Average(x => (double)x), -0.01, 0.01);
        Assert.InRange(draws.Average(x => (double)x * x), 0.985, 1.015);
        Assert.InRange(draws.Average(x => Math.Pow(x, 4)), 2.9, 3.1);
        Assert.InRange(draws.Count(x => Math.Abs(x) < 1) / 200_000.0, 0.679, 0.687);
    }

    [Fact]
    public void A_shorter_fill_is_the_beginning_of_a_longer_one() =>
        Gen.Select(Gen.Int[0, 40], Gen.Int[0, 40]).Sample((a, b) =>
        {
            float[] shorter = new float[Math.Min(a, b)], longer = new float[Math.Max(a, b)];
            Chance.Normals(shorter, Seed, ChancePurpose.Initialisation, 1);
            Chance.Normals(longer, Seed, ChancePurpose.Initialisation, 1);
            Assert.Equal(shorter, longer[..shorter.Length]);
            Chance.Uniforms(shorter, Seed, ChancePurpose.Dropout, 1);
            Chance.Uniforms(longer, Seed, ChancePurpose.Dropout, 1);
            Assert.Equal(shorter, longer[..shorter.Length]);
            Assert.All(longer, u => Assert.InRange(u, 0f, 0.99999994f));
        });

    private static ulong Bits((uint Step, uint Group, uint Token, int Completion) at) =>
        Chance.Bits(Seed, ChancePurpose.Sampling, at.Step, at.Group, at.Completion, at.Token);
}
