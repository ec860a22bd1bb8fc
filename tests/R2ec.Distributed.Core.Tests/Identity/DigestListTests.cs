using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Core.Tests.Identity;

public sealed class DigestListTests
{
    private static readonly Digest One = Digest.Of("one"u8), Two = Digest.Of("two"u8);

    [Fact]
    public void It_holds_what_it_was_made_of_in_that_order()
    {
        var list = DigestList.Of([Two, One, Two]);

        Assert.Equal([Two, One, Two], list);
        Assert.Equal((3, One), (list.Count, list[1]));
        Assert.Equal(list, DigestList.OfBytes(list.Bytes.ToArray()));
        Assert.Equal(list.GetHashCode(), DigestList.Of([Two, One, Two]).GetHashCode());
        Assert.NotEqual(list, DigestList.Of([One, Two, Two]));
        Assert.Empty(DigestList.Of([]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("00ff")]
    [InlineData("zz")]
    public void What_is_no_digest_is_refused(string hex) => Assert.Throws<FormatException>(() => DigestList.Of([new Digest(hex)]));

    [Fact]
    public void Bytes_that_end_within_a_digest_are_refused() => Assert.Throws<FormatException>(() => DigestList.OfBytes(new byte[33]));
}
