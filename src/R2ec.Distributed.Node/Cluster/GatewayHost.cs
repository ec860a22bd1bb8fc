using Microsoft.Extensions.Logging;
using R2ec.Distributed.Core;
using R2ec.Distributed.Node.Api;
using R2ec.Distributed.Node.Bulk;
using R2ec.Distributed.Node.Security;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>The API of a node with the gateway's role: TLS for everybody, tokens for whoever wants to do something.</summary>
internal sealed class GatewayHost : IAsyncDisposable
{
    private readonly BulkHost _server;

    /// <summary>Puts the API together; it does not listen yet.</summary>
    public GatewayHost(NodeConfig config, NodeIdentity identity, HttpClient client, ILoggerFactory logs)
    {
        var tokens = new TokenGate(Token(config.ReadTokenFile, "read_token_file", config), Token(config.WriteTokenFile, "write_token_file", config));
        var options = new GatewayOptions
        {
            Client = client,
            Coordinators = [.. config.CoordinatorBulk.Select(place => new Uri($"https://{place}/"))],
            Tokens = tokens.Of,
        };
        var address = config.Api ?? throw new InputException($"Node {config.Name} is a gateway and has no `api` address. Set it in the node's configuration.");
        _server = new BulkHost(address, identity, logs, routes => GatewayRoutes.Map(routes, options), ServerKind.Public);
    }

    /// <summary>Listens.</summary>
    public Task StartAsync(CancellationToken stop) => _server.StartAsync(stop);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static string Token(string? file, string key, NodeConfig config) =>
        SecretFile.Read(file ?? throw new InputException($"Node {config.Name} is a gateway and has no `{key}`. Set it in the node's configuration to a file that holds the token."));
}
