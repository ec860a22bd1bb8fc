using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Model.Checkpoints;
using R2ec.Distributed.Orchestration.Cluster;
using R2ec.Distributed.Orchestration.Weights;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>A node's files by run: published policies and checkpoints, its own and those that it fetched. Thread-safe.</summary>
internal sealed class NodeStores : IDisposable
{
    private readonly string _runs;
    private readonly bool _publishes;
    private readonly HttpClient _client;
    private readonly ILogger _log;
    private readonly IReadOnlyList<string> _coordinators;
    private readonly ConcurrentDictionary<RunId, ClusterWeights> _weights = new();
    private volatile string? _active;

    /// <summary>Stores in a node's folder.</summary>
    public NodeStores(NodeConfig config, HttpClient client, ILogger log)
    {
        _log = log;
        _runs = Directory.CreateDirectory(Path.Combine(config.Folder, "runs")).FullName;
        _publishes = config.Roles.Contains("learner");
        _client = client;
        _coordinators = config.CoordinatorBulk;
    }

    /// <summary>Told which coordinator is active.</summary>
    public void CoordinatorAt(string bulk) => _active = bulk;

    /// <summary>Policies of the run that is worked on from now on; those of other runs go. Where no learner publishes into the folder, the newest few are kept.</summary>
    public IWeightStore Weights(RunId run)
    {
        _ = Task.Factory.StartNew(() => Forget(run), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return _publishes ? Cluster(run) : new NewestWeights(Cluster(run));
    }

    /// <summary>Policies of a run, all that are here.</summary>
    public ClusterWeights Cluster(RunId run) => _weights.GetOrAdd(run, name => new ClusterWeights(Path.Combine(_runs, name.Value, "weights"), _client, Ask));

    /// <summary>Folder of a run's checkpoints.</summary>
    public string Checkpoints(RunId run) => Directory.CreateDirectory(Path.Combine(_runs, run.Value, "checkpoints")).FullName;

    /// <summary>Copies of a run's checkpoints on other nodes.</summary>
    public ICheckpointCopies Copies(RunId run) => new CheckpointCopies(Checkpoints(run), _client, Ask);

    /// <summary>Published file of a policy of any run; null where it is not here.</summary>
    public string? FindWeights(Digest weights) => Each("weights").Select(folder => Path.Combine(folder, $"{weights.Hex}.safetensors")).FirstOrDefault(File.Exists);

    /// <summary>Folder of a checkpoint of any run; null where it is not here.</summary>
    public string? FindCheckpoint(Digest manifest) => Each("checkpoints").SelectMany(Directory.EnumerateDirectories).FirstOrDefault(folder => CheckpointManifest.Find(folder, manifest) is not null);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var weights in _weights.Values)
        {
            weights.Dispose();
        }
    }

    // What cannot be removed now is removed when the next run begins.
    private void Forget(RunId working)
    {
        try
        {
            PastWeights.Remove(_runs, working, _publishes, PolicyHash.OfFile);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or InputException)
        {
            _log.LogWarning("Weights of earlier runs were not removed: {Reason}", refused.Message);
        }
    }

    private IEnumerable<string> Each(string what) => Directory.EnumerateDirectories(_runs).Select(run => Path.Combine(run, what)).Where(Directory.Exists);

    /// <summary>Bulk addresses of the coordinators: the active one knows, the others are asked in case it changed.</summary>
    public IReadOnlyList<string> Ask() => _active is { } active ? [active, .. _coordinators.Where(other => other != active)] : _coordinators;
}
