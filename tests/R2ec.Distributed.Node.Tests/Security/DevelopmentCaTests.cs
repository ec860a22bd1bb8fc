using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;
using R2ec.Distributed.Core;
using R2ec.Distributed.Node.Commands;
using R2ec.Distributed.Node.Security;

namespace R2ec.Distributed.Node.Tests.Security;

public sealed class DevelopmentCaTests : IDisposable
{
    private readonly TestCa _ca = new();

    public void Dispose() => _ca.Dispose();

    [Fact]
    public async Task A_certificate_passes_the_strict_rules_of_openssl()
    {
        _ca.Ca.Issue("node-1", ["node-1.example.org", "10.0.0.11", "::1"], _ca.Folder, force: false);

        var (code, output) = await OpenSslAsync("verify", "-x509_strict", "-purpose", "sslserver", "-verify_hostname", "node-1.example.org", "-CAfile", _ca.Of("ca.pem"), _ca.Of("node-1.pem"));
        Assert.True(code == 0, output);
        (code, output) = await OpenSslAsync("verify", "-x509_strict", "-purpose", "sslclient", "-verify_ip", "10.0.0.11", "-CAfile", _ca.Of("ca.pem"), _ca.Of("node-1.pem"));
        Assert.True(code == 0, output);
    }

    [Fact]
    public void A_certificate_holds_two_years_from_a_day_ago_and_says_what_it_is_for()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2030, 3, 1, 12, 0, 0, TimeSpan.Zero));
        using var ca = new TestCa(clock);
        var certificate = ca.Node("node-1").Certificate;

        Assert.Equal(new DateTime(2030, 2, 28, 12, 0, 0, DateTimeKind.Utc), certificate.NotBefore.ToUniversalTime());
        Assert.Equal(new DateTime(2032, 3, 1, 12, 0, 0, DateTimeKind.Utc), certificate.NotAfter.ToUniversalTime());
        Assert.False(certificate.Extensions.OfType<X509BasicConstraintsExtension>().Single().CertificateAuthority);
        Assert.Equal(X509KeyUsageFlags.DigitalSignature, certificate.Extensions.OfType<X509KeyUsageExtension>().Single().KeyUsages);
        Assert.Equal("CN=node-1", certificate.Subject);
        Assert.Equal(["localhost"], certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().EnumerateDnsNames());
        Assert.NotEqual(certificate.SerialNumber, ca.Node("node-2").Certificate.SerialNumber);
    }

    [Fact]
    public void Nothing_is_issued_past_the_CA()
    {
        var clock = new FakeTimeProvider(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));
        using var ca = new TestCa(clock);

        clock.SetUtcNow(new DateTimeOffset(2039, 6, 1, 0, 0, 0, TimeSpan.Zero));
        Assert.Equal(ca.Node("late").Ca.NotAfter, ca.Node("later").Certificate.NotAfter);
        clock.SetUtcNow(new DateTimeOffset(2040, 6, 1, 0, 0, 0, TimeSpan.Zero));

        Assert.Contains("expired on 2040-01-01", Assert.Throws<InputException>(() => ca.Ca.Issue("node-3", ["localhost"], ca.Folder, force: false)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_are_their_owners_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "modes are a matter of Unix");
        _ca.Node("node-1");

#pragma warning disable CA1416 // Skipped on Windows.
        Assert.All((string[])["ca.key", "node-1.key"], name => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_ca.Of(name))));
#pragma warning restore CA1416
        Assert.Equal(["ca.key", "ca.pem", "node-1.key", "node-1.pem"], Directory.GetFiles(_ca.Folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Nothing_is_replaced_without_force()
    {
        _ca.Node("node-1");
        var (ca, key) = (File.ReadAllText(_ca.Of("ca.key")), File.ReadAllText(_ca.Of("node-1.key")));

        Assert.Contains("--force", Assert.Throws<InputException>(() => _ca.Ca.Create(force: false)).Message, StringComparison.Ordinal);
        Assert.Contains("--force", Assert.Throws<InputException>(() => _ca.Ca.Issue("node-1", ["localhost"], _ca.Folder, force: false)).Message, StringComparison.Ordinal);
        Assert.Equal((ca, key), (File.ReadAllText(_ca.Of("ca.key")), File.ReadAllText(_ca.Of("node-1.key"))));
        _ca.Ca.Issue("node-1", ["localhost"], _ca.Folder, force: true);

        Assert.NotEqual(key, File.ReadAllText(_ca.Of("node-1.key")));
    }

    [Theory]
    [InlineData("node-1", "node 1")]
    [InlineData("node-1", "https://node-1")]
    [InlineData("node-1", "node-1:9000")]
    [InlineData("node-1", "")]
    [InlineData("../node", "localhost")]
    [InlineData("ca", "localhost")]
    [InlineData("", "localhost")]
    public void A_name_or_an_address_that_is_none_is_refused(string name, string address) =>
        Assert.Throws<InputException>(() => _ca.Ca.Issue(name, [address], _ca.Folder, force: false));

    [Fact]
    public async Task The_commands_make_what_a_node_loads()
    {
        var (home, node) = (_ca.Of("made"), _ca.Of("made/one"));

        Assert.Equal(ExitCode.Done, await R2ecProgram.RunAsync(["certs", "ca", "--out", home]));
        Assert.Equal(ExitCode.Done, await R2ecProgram.RunAsync(["certs", "node", "--ca", home, "--name", "one", "--address", "localhost", "127.0.0.1", "--out", node]));
        Assert.Equal(ExitCode.Input, await R2ecProgram.RunAsync(["certs", "ca", "--out", home]));
        Assert.Equal(ExitCode.Input, await R2ecProgram.RunAsync(["certs", "node", "--ca", node, "--name", "two", "--address", "localhost", "--out", node]));

        using var identity = NodeIdentity.Load(Path.Combine(node, "ca.pem"), Path.Combine(node, "one.pem"), Path.Combine(node, "one.key"));
        Assert.True(identity.Trusts(identity.Certificate));
    }

    private static async Task<(int Code, string Output)> OpenSslAsync(params string[] args)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("openssl", args) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            return (process.ExitCode, await output + await error);
        }
        catch (Win32Exception)
        {
            Assert.Skip("openssl is not on the PATH");
            throw;
        }
    }
}
