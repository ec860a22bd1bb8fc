using R2ec.Distributed.Node.Security;

namespace R2ec.Distributed.Node.Tests.Security;

public sealed class TokenGateTests
{
    [Theory]
    [InlineData("Bearer reader", 1)]
    [InlineData("bearer  reader ", 1)]
    [InlineData("Bearer writer", 2)]
    [InlineData("Bearer write", 0)]
    [InlineData("Bearer writerr", 0)]
    [InlineData("Bearer Writer", 0)]
    [InlineData("Basic writer", 0)]
    [InlineData("writer", 0)]
    [InlineData("Bearer ", 0)]
    [InlineData("Bearer", 0)]
    [InlineData("", 0)]
    [InlineData(null, 0)]
    public void A_token_opens_what_it_is_for(string? header, int scope) => Assert.Equal((TokenScope)scope, new TokenGate("reader", "writer").Of(header));

    [Theory]
    [InlineData("Bearer ")]
    [InlineData("Bearer x")]
    [InlineData(null)]
    public void A_gate_without_tokens_opens_to_nobody(string? header)
    {
        Assert.Equal(TokenScope.None, new TokenGate(null, "").Of(header));
        Assert.Equal(TokenScope.None, new TokenGate("", null).Of(header));
    }

    [Fact]
    public void One_token_for_both_may_write() => Assert.Equal(TokenScope.Write, new TokenGate("same", "same").Of("Bearer same"));
}
