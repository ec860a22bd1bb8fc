using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using R2ec.Distributed.Core;
using R2ec.Distributed.Node.Bulk;
using R2ec.Distributed.Node.Cluster;
using R2ec.Distributed.Node.Security;
using R2ec.Distributed.Node.Tests.Security;

namespace R2ec.Distributed.Node.Tests.Bulk;

public sealed class MutualTlsTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TestCa _ca = new();
    private readonly TestCa _stranger = new();

    public void Dispose()
    {
        _ca.Dispose();
        _stranger.Dispose();
    }

    [Fact]
    public async Task Nodes_of_one_CA_talk()
    {
        await using var host = await ListenAsync(_ca.Node("server"));

        Assert.Equal("hello", await AskAsync(host, _ca.Node("client")));
    }

    [Fact]
    public async Task A_client_of_a_strangers_CA_is_refused_though_it_would_trust_the_server()
    {
        await using var host = await ListenAsync(_ca.Node("server"));

        Assert.Equal("hello", await DialAsync(host, _ca.Node("client").Certificate));
        await Assert.ThrowsAsync<HttpRequestException>(() => DialAsync(host, _stranger.Node("client").Certificate));
    }

    [Fact]
    public async Task A_client_without_a_certificate_is_refused()
    {
        await using var host = await ListenAsync(_ca.Node("server"));

        await Assert.ThrowsAsync<HttpRequestException>(() => DialAsync(host, null));
    }

    [Fact]
    public async Task A_server_of_a_strangers_CA_is_refused()
    {
        await using var host = await ListenAsync(_stranger.Node("server"));

        await Assert.ThrowsAsync<HttpRequestException>(() => AskAsync(host, _ca.Node("client")));
    }

    [Fact]
    public async Task A_server_that_is_dialled_by_a_name_that_it_has_not_is_refused()
    {
        await using var host = await ListenAsync(_ca.Node("server", null, "localhost", "10.0.0.11"));

        await Assert.ThrowsAsync<HttpRequestException>(() => AskAsync(host, _ca.Node("client")));
    }

    [Fact]
    public async Task A_client_whose_certificate_expired_by_the_servers_clock_is_refused()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var host = await ListenAsync(_ca.Node("server", clock));
        var client = _ca.Node("client");

        Assert.Equal("hello", await AskAsync(host, client));
        clock.Advance(TimeSpan.FromDays(3 * 365));

        await Assert.ThrowsAsync<HttpRequestException>(() => AskAsync(host, client));
    }

    [Fact]
    public void A_public_server_asks_nobody_for_a_certificate()
    {
        var options = new HttpsConnectionAdapterOptions { ClientCertificateMode = ClientCertificateMode.RequireCertificate };
        var identity = _ca.Node("server");

        identity.ForPublic(options);

        Assert.Equal(ClientCertificateMode.NoCertificate, options.ClientCertificateMode);
        Assert.Same(identity.Certificate, options.ServerCertificate);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told_with_its_key()
    {
        var identity = _ca.Node("server");
        await using var first = await ListenAsync(identity);
        await using var second = new BulkHost(new NodeAddress("127.0.0.1", first.Port), identity, NullLoggerFactory.Instance, _ => { });

        var fault = await Assert.ThrowsAsync<InputException>(() => second.StartAsync(CancellationToken.None));

        Assert.Contains($"127.0.0.1:{first.Port}", fault.Message, StringComparison.Ordinal);
    }

    private static Task<BulkHost> ListenAsync(NodeIdentity identity) => TestNode.ListenAsync(identity, routes => routes.MapGet("/", () => "hello"));

    private static async Task<string> AskAsync(BulkHost host, NodeIdentity identity)
    {
        using var client = identity.Client(Patience);
        return await client.GetStringAsync($"https://{host.Dialled}/");
    }

    private static async Task<string> DialAsync(BulkHost host, X509Certificate2? shown)
    {
        using var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificateContext = shown is null ? null : SslStreamCertificateContext.Create(shown, null, offline: true),
#pragma warning disable CA5359 // The client trusts anybody so that the server alone can refuse.
                RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
            },
        };
        using var client = new HttpClient(handler);

        return await client.GetStringAsync($"https://{host.Dialled}/");
    }
}
