using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using R2ec.Distributed.Core;
using R2ec.Distributed.Node.Api;
using R2ec.Distributed.Node.Bulk;
using R2ec.Distributed.Node.Commands;
using R2ec.Distributed.Node.Composition;
using R2ec.Distributed.Node.Security;
using R2ec.Distributed.Node.Specs;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Cluster;
using R2ec.Distributed.Orchestration.Journal;
using R2ec.Distributed.Orchestration.Payloads;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Weights;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>A node of a cluster in this process: its identity, its bulk channel, its actors, and by its roles a coordinator or the API.</summary>
internal sealed class NodeHost : IAsyncDisposable
{
    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(3);

    private readonly NodeConfig _config;
    private readonly ILoggerFactory _logs;
    private readonly ILogger _log;
    private readonly NodeIdentity _identity;
    private readonly HttpClient _client;
    private readonly ClusterBlobs _blobs;
    private readonly NodeStores _stores;
    private readonly HolderDirectory _holders = new();
    private readonly FolderHashes _hashes = new();
    private readonly NodeLibrary _library;
    private readonly NodeProgress _progress = new();
    private readonly TaskCompletionSource _fenced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CoordinatorHost? _coordinator;
    private ClusterNode? _node;

    private NodeHost(NodeConfig config, ILoggerFactory logs)
    {
        _config = config;
        _logs = logs;
        _log = logs.CreateLogger("R2ec.Node");
        _identity = NodeIdentity.Load(config.Ca, config.Certificate, config.Key);
        _client = _identity.Client(ConnectTime);
        _client.Timeout = Timeout.InfiniteTimeSpan;
        _blobs = new ClusterBlobs(config.Bulk.Dialled, _client, TimeProvider.System);
        _stores = new NodeStores(config, _client, _log);
        _library = new NodeLibrary(config, _client, _hashes, _stores.Ask, () => _holders.Living, TimeProvider.System);
    }

    /// <summary>Runs a node until it is drained; the result is its exit code: 0 drained, 1 something failed, 3 configuration.</summary>
    public static async Task<int> RunAsync(NodeConfig config, CancellationToken drain)
    {
        Directory.CreateDirectory(config.Folder);
        using var logs = NodeLogs.Of(config.Name);
        await using var host = new NodeHost(config, logs);
        return await host.RunAsync(drain);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_coordinator is not null)
        {
            await _coordinator.DisposeAsync();
        }

        await _blobs.DisposeAsync();
        _stores.Dispose();
        _client.Dispose();
        _identity.Dispose();
    }

    private async Task<int> RunAsync(CancellationToken drain)
    {
        var roles = _config.Roles;
        _coordinator = roles.Contains("coordinator") ? await CoordinatorHost.OpenAsync(_config, _client, _blobs, _stores, new NodeAssembler(_config, _hashes, computes: false), _library, _holders, _fenced, _log, drain) : null;
        await using var bulk = new BulkHost(_config.Bulk, _identity, _logs, MapBulk);
        await bulk.StartAsync(drain);
        await using var gateway = roles.Contains("gateway") ? new GatewayHost(_config, _identity, _client, _logs) : null;
        if (gateway is not null)
        {
            await gateway.StartAsync(drain);
        }

        var remoting = new RemotingOptions(_config.Remoting.Host, _config.Remoting.Port, _config.Remoting.PublicHost, _identity.Certificate, _identity.Trusts);
        await using var budget = new RestartBudget(_config, TimeProvider.System);
        await using var node = _node = await ClusterNode.StartAsync(remoting, Services(budget), _coordinator?.Services, _coordinator is null ? null : _coordinator.AddJournal, _logs, drain);
        _log.LogInformation("Node {Node} with {Roles} listens on {Remoting}, bulk {Bulk}", _config.Name, string.Join(", ", roles), _config.Remoting.Dialled, _config.Bulk.Dialled);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = drain.Register(() => asked.TrySetResult());
        var first = await Task.WhenAny(asked.Task, node.Ended, _fenced.Task, _progress.Drained);
        if (first == node.Ended || first == _fenced.Task)
        {
            _log.LogError("Node {Node} leaves: {Why}", _config.Name, first == _fenced.Task ? "another coordinator has taken over" : "its actor system was ended by the cluster");
            return ExitCode.NodeFailed;
        }

        await node.DrainAsync();
        _log.LogInformation("Node {Node} is drained", _config.Name);
        return ExitCode.Done;
    }

    private NodeServices Services(RestartBudget budget) => new()
    {
        Name = _config.Name,
        Incarnation = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4)),
        Roles = _config.Roles,
        Bulk = _config.Bulk.Dialled,
        Coordinators = _config.Coordinators,
        Assembler = new NodeAssembler(_config, _hashes, computes: true),
        Folders = _library,
        Blobs = _blobs,
        PayloadsOf = holder => new BulkPayloads(_client, TimeProvider.System, holder),
        Weights = _stores.Weights,
        Checkpoints = _stores.Checkpoints,
        Copies = _stores.Copies,
        CoordinatorAt = _stores.CoordinatorAt,
        Work = Work(_config),
        Clock = TimeProvider.System,
        RestartsLeft = () => budget.Left,
        Progress = _progress,
    };

    /// <summary>Leases and beats of a node.</summary>
    internal static WorkOptions Work(NodeConfig config) => new()
    {
        Lease = TimeSpan.FromSeconds(config.LeaseSeconds),
        StragglerFactor = config.StragglerFactor,
        Replicas = config.Replicas,
        KeepGroups = config.KeepGroups == NodeConfig.AllGroups,
    };

    private void MapBulk(IEndpointRouteBuilder routes)
    {
        BulkEndpoints.Map(routes, new BulkSources
        {
            Blobs = _blobs,
            Payloads = digest => _coordinator?.FindPayloadAsync(digest) ?? Task.FromResult<byte[]?>(null),
            Weights = _stores.FindWeights,
            Checkpoints = _stores.FindCheckpoint,
            Files = _library.FindFile,
            HasFolder = _library.Has,
            Folders = _library.ManifestAsync,
            Holders = _coordinator is null ? null : _holders,
        });
        routes.MapGet("/health/live", () => Results.Ok());
        routes.MapGet("/health/ready", () => IsReady() ? Results.Ok() : Results.StatusCode(StatusCodes.Status503ServiceUnavailable));
        if (_coordinator is not null)
        {
            ApiRoutes.Map(routes, _coordinator.Control, new ApiOptions { Roots = new SpecRoots(_config.DataRoot, _config.ModelRoot), Elsewhere = _library.IsElsewhereAsync, Samples = _coordinator.Samples.LinesAsync });
        }
    }

    // A node that was welcomed has seen an active coordinator, whose journal can be read.
    private bool IsReady() => _node is { } node && _progress.Welcomed.IsCompleted && (_coordinator is null || node.IsMember());
}
