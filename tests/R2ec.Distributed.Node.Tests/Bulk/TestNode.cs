using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging.Abstractions;
using R2ec.Distributed.Node.Bulk;
using R2ec.Distributed.Node.Cluster;
using R2ec.Distributed.Node.Security;
using R2ec.Distributed.Node.Tests.Security;
using R2ec.Distributed.Orchestration.Blobs;

namespace R2ec.Distributed.Node.Tests.Bulk;

/// <summary>A node's bulk channel on loopback, with its client.</summary>
internal sealed class TestNode : IAsyncDisposable
{
    private readonly BulkHost _host;

    private TestNode(BulkHost host, HttpClient client, ClusterBlobs blobs) => (_host, Client, Blobs) = (host, client, blobs);

    public HttpClient Client { get; }

    public ClusterBlobs Blobs { get; }

    public string Address => _host.Dialled;

    public static async Task<TestNode> StartAsync(TestCa ca, string name, Func<BulkSources, BulkSources>? with = null, Action<IEndpointRouteBuilder>? more = null)
    {
        var identity = ca.Node(name);
        var client = identity.Client(TimeSpan.FromSeconds(30));
        var blobs = new ClusterBlobs(name, client, TimeProvider.System);
        var sources = new BulkSources { Blobs = blobs };
        var host = await ListenAsync(identity, routes =>
        {
            BulkEndpoints.Map(routes, with is null ? sources : with(sources));
            more?.Invoke(routes);
        });
        return new TestNode(host, client, blobs);
    }

    public static async Task<BulkHost> ListenAsync(NodeIdentity identity, Action<IEndpointRouteBuilder> map)
    {
        var host = new BulkHost(new NodeAddress("127.0.0.1", 0), identity, NullLoggerFactory.Instance, map);
        await host.StartAsync(CancellationToken.None);
        return host;
    }

    public Uri At(string route) => new($"https://{Address}/{route}");

    public async ValueTask DisposeAsync()
    {
        await Blobs.DisposeAsync();
        Client.Dispose();
        await _host.StopAsync(CancellationToken.None);
        await _host.DisposeAsync();
    }
}
