using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using R2ec.Distributed.Core;
using R2ec.Distributed.Node.Cluster;
using R2ec.Distributed.Node.Security;

namespace R2ec.Distributed.Node.Bulk;

/// <summary>The server of a node's bulk channel: mutual TLS, so that only nodes of the cluster are answered. It reads no configuration but what it is given.</summary>
internal sealed class BulkHost : IAsyncDisposable
{
    private const long LongestRequestBytes = 2 << 20;

    private readonly WebApplication _server;
    private readonly NodeAddress _address;

    /// <summary>Puts the server together; it does not listen yet.</summary>
    /// <param name="address">Where it listens; port 0 takes a free one.</param>
    /// <param name="identity">Who the node is.</param>
    /// <param name="logs">Where it logs; it stays the caller's.</param>
    /// <param name="map">Adds the routes.</param>
    /// <param name="kind">Who may call.</param>
    /// <exception cref="InputException">The address is neither an IP nor localhost.</exception>
    public BulkHost(NodeAddress address, NodeIdentity identity, ILoggerFactory logs, Action<IEndpointRouteBuilder> map, ServerKind kind = ServerKind.Nodes)
    {
        (_address, var ip) = (address, Bound(address));
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LongestRequestBytes;
            kestrel.Listen(ip, address.Port, listen => listen.UseHttps(kind == ServerKind.Nodes ? identity.ForNodes : identity.ForPublic));
        });
        builder.Services.AddRoutingCore().AddSingleton<IHostLifetime, UntilStopped>().AddSingleton<ILoggerFactory>(new BorrowedLogs(logs));
        _server = builder.Build();
        map(_server);
    }

    /// <summary>The port on which it listens; known once it has started.</summary>
    public int Port { get; private set; }

    /// <summary>host:port as others dial it; known once it has started.</summary>
    public string Dialled => (_address with { Port = Port }).Dialled;

    /// <summary>Listens.</summary>
    /// <exception cref="InputException">The address cannot be bound.</exception>
    public async Task StartAsync(CancellationToken stop)
    {
        try
        {
            await _server.StartAsync(stop);
        }
        catch (Exception fault) when (fault is IOException or SocketException)
        {
            throw new InputException($"The bulk channel cannot listen on {_address.Host}:{_address.Port}: {fault.Message} Mend `bulk` in the node's configuration, or end what holds the port.", fault);
        }

        var bound = _server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        Port = new Uri(bound).Port;
    }

    /// <summary>Answers what it was asked, and listens no more.</summary>
    public Task StopAsync(CancellationToken stop) => _server.StopAsync(stop);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static IPAddress Bound(NodeAddress address) => address.Host == "localhost"
        ? IPAddress.Loopback
        : IPAddress.TryParse(address.Host, out var ip)
            ? ip
            : throw new InputException($"`bulk` listens on '{address.Host}', which is no IP. Give the IP to bind (0.0.0.0 for all), and the name that others dial as its public host.");

    /// <summary>Logs of somebody else, which do not end with the server.</summary>
    private sealed class BorrowedLogs(ILoggerFactory logs) : ILoggerFactory
    {
        public ILogger CreateLogger(string categoryName) => logs.CreateLogger(categoryName);

        public void AddProvider(ILoggerProvider provider) => logs.AddProvider(provider);

        public void Dispose()
        {
        }
    }
}
