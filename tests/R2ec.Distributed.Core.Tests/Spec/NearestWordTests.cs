using CsCheck;
using R2ec.Distributed.Core.Spec;

namespace R2ec.Distributed.Core.Tests.Spec;

public sealed class NearestWordTests
{
    private static readonly Gen<string> Word = Gen.Char['a', 'e'].Array[0, 8].Select(letters => new string(letters));

    [Theory]
    [InlineData("trian", "train")]
    [InlineData("sede", "seed")]
    [InlineData("grop_size", "group_size")]
    public void A_misspelt_word_finds_the_one_that_was_meant(string written, string meant) =>
        Assert.Equal(meant, NearestWord.To(written, ["train", "resume", "seed", "steps", "group_size", "batch_size"]));

    [Fact]
    public void A_word_that_is_like_none_finds_none() => Assert.Null(NearestWord.To("bibliography", ["train", "seed"]));

    [Fact]
    public void Two_swapped_letters_are_one_mistake() => Assert.Equal(1, NearestWord.Distance("trian", "train"));

    [Fact]
    public void The_distance_is_symmetric_and_zero_for_equal_words() => Gen.Select(Word, Word).Sample((a, b) =>
    {
        Assert.Equal(NearestWord.Distance(a, b), NearestWord.Distance(b, a));
        Assert.Equal(a == b, NearestWord.Distance(a, b) == 0);
        Assert.InRange(NearestWord.Distance(a, b), Math.Abs(a.Length - b.Length), Math.Max(a.Length, b.Length));
    });
}
