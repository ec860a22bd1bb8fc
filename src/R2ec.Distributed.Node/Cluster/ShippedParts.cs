using R2ec.Distributed.Node.Security;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>The one place where certificates, the database server, the health question and the node's host are plugged into the commands of a cluster.</summary>
internal sealed class ShippedParts(TimeProvider clock) : IClusterParts
{
    private static readonly TimeSpan HealthLimit = TimeSpan.FromSeconds(3);

    /// <inheritdoc/>
    public IReadOnlyList<string> Supervise => [DetachedProcess.Program, "cluster", "supervise"];

    /// <summary>Runs a node until it is drained; the result is its exit code.</summary>
    public static Task<int> RunNodeAsync(NodeConfig config, CancellationToken drain) => NodeHost.RunAsync(config, drain);

    /// <inheritdoc/>
    public void CreateCa(string folder) => new DevelopmentCa(folder, clock).Create(force: false);

    /// <inheritdoc/>
    public void IssueCertificate(string caFolder, string name, IReadOnlyList<string> addresses, string folder)
    {
        new DevelopmentCa(caFolder, clock).Issue(name, [.. addresses], folder, force: true);
        var node = new NodeFolder(folder);
        File.Move(Path.Combine(folder, $"{name}.pem"), node.Certificate, overwrite: true);
        File.Move(Path.Combine(folder, $"{name}.key"), node.Key, overwrite: true);
    }

    /// <inheritdoc/>
    public void WriteToken(string file) => SecretFile.Write(file, SecretFile.NewToken() + "\n");

    /// <inheritdoc/>
    public IClusterDatabase Database(string folder) => new OwnPostgres(PostgresServer.Locate(folder));

    /// <inheritdoc/>
    public async Task<bool> IsReadyAsync(NodeConfig node, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(HealthLimit);
        using var identity = NodeIdentity.Load(node.Ca, node.Certificate, node.Key, clock);
        using var client = identity.Client(HealthLimit);
        try
        {
            using var answer = await client.GetAsync(new Uri($"https://{node.Bulk.Dialled}/health/ready"), HttpCompletionOption.ResponseHeadersRead, limit.Token);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception unanswered) when (unanswered is HttpRequestException || (unanswered is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return false;
        }
    }

    /// <summary>A PostgreSQL server as a cluster's own database.</summary>
    private sealed class OwnPostgres(PostgresServer server) : IClusterDatabase
    {
        public bool IsRunning => server.IsRunning;

        public Task CreateAsync(int port, NodeNetwork? network, CancellationToken stop) => server.CreateAsync(port, stop, network);

        public Task StartAsync(CancellationToken stop) => server.StartAsync(stop);

        public Task StopAsync(CancellationToken stop) => server.StopAsync(stop);
    }
}
