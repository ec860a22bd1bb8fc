using Microsoft.Extensions.Time.Testing;
using R2ec.Distributed.Core;
using R2ec.Distributed.Node.Security;

namespace R2ec.Distributed.Node.Tests.Security;

public sealed class NodeIdentityTests : IDisposable
{
    private static readonly DateTimeOffset Begin = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly FakeTimeProvider _clock = new(Begin);
    private readonly TestCa _ca;
    private readonly TestCa _stranger;

    public NodeIdentityTests() => (_ca, _stranger) = (new TestCa(_clock), new TestCa(_clock));

    public void Dispose()
    {
        _ca.Dispose();
        _stranger.Dispose();
    }

    [Fact]
    public void A_node_trusts_those_of_its_CA_and_nobody_else()
    {
        var one = _ca.Node("one");

        Assert.True(one.Trusts(_ca.Node("two").Certificate));
        Assert.False(one.Trusts(_stranger.Node("two").Certificate));
        Assert.False(one.Trusts(null));
        Assert.True(one.Certificate.HasPrivateKey);
    }

    [Fact]
    public void A_certificate_that_expired_is_trusted_no_more()
    {
        var (one, two) = (_ca.Node("one"), _ca.Node("two"));

        _clock.SetUtcNow(Begin.AddYears(2).AddSeconds(-1));
        Assert.True(one.Trusts(two.Certificate));
        _clock.SetUtcNow(Begin.AddYears(2).AddSeconds(1));
        Assert.False(one.Trusts(two.Certificate));
    }

    [Fact]
    public void A_clock_that_lags_by_a_day_still_trusts()
    {
        var (one, two) = (_ca.Node("one", new FakeTimeProvider(Begin.AddHours(-23))), _ca.Node("two"));

        Assert.True(one.Trusts(two.Certificate));
    }

    [Theory]
    [InlineData("gone.pem", "one.pem", "one.key", "gone.pem is missing")]
    [InlineData("ca.pem", "gone.pem", "one.key", "gone.pem is missing")]
    [InlineData("ca.pem", "one.pem", "gone.key", "gone.key is missing")]
    [InlineData("ca.pem", "one.pem", "two.key", "two.key is not the private key of")]
    [InlineData("ca.pem", "one.pem", "note", "note is not the private key of")]
    [InlineData("ca.pem", "note", "one.key", "note is no certificate")]
    [InlineData("other.pem", "one.pem", "one.key", "is no node's certificate of the CA")]
    public void What_is_wrong_with_the_files_is_told_with_its_remedy(string ca, string certificate, string key, string told)
    {
        _ca.Node("one");
        _ca.Node("two");
        File.Copy(_stranger.Of("ca.pem"), _ca.Of("other.pem"));
        File.WriteAllText(_ca.Of("note"), "nothing of the kind");

        var fault = Assert.Throws<InputException>(() => NodeIdentity.Load(_ca.Of(ca), _ca.Of(certificate), _ca.Of(key), _clock));

        Assert.Contains(told, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_expired_certificate_is_told_with_its_day()
    {
        _ca.Node("one");
        _clock.SetUtcNow(Begin.AddYears(3));

        var fault = Assert.Throws<InputException>(() => NodeIdentity.Load(_ca.Of("ca.pem"), _ca.Of("one.pem"), _ca.Of("one.key"), _clock));

        Assert.Contains("expired on 2032-01-01", fault.Message, StringComparison.Ordinal);
    }
}
