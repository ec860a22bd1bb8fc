using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Threads;

namespace R2ec.Distributed.Orchestration.Weights;

/// <summary>
/// Policies of a node in a cluster: those in its folder, and others by the bulk channel from whoever holds them. Who does is asked of the coordinators.
/// Callers that want the same policy share one fetch. Thread-safe.
/// </summary>
public sealed class ClusterWeights : IWeightStore, IDisposable
{
    private const string Ending = ".safetensors";

    private readonly Lock _gate = new();
    private readonly Dictionary<Digest, Task<string>> _fetches = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly BulkReply _replies;
    private readonly HolderLookup _holders;
    private readonly Func<string, Digest>? _digestOf;

    /// <summary>Policies of this node.</summary>
    /// <param name="folder">Their folder; created where it is missing.</param>
    /// <param name="bulk">Client of the bulk channel; it stays the caller's.</param>
    /// <param name="coordinators">host:port of the coordinators' bulk channels, asked anew for each fetch.</param>
    /// <param name="digestOf">A file's digest as weights. Without it a whole file counts as what its holder called it, and whoever loads it has to see.</param>
    /// <param name="clock">Measures deadlines.</param>
    public ClusterWeights(string folder, HttpClient bulk, Func<IReadOnlyList<string>> coordinators, Func<string, Digest>? digestOf = null, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(bulk);
        ArgumentNullException.ThrowIfNull(coordinators);
        Folder = Directory.CreateDirectory(folder).FullName;
        (_replies, _digestOf) = (new BulkReply(bulk, clock ?? TimeProvider.System), digestOf);
        _holders = new HolderLookup(_replies, coordinators);
    }

    /// <inheritdoc/>
    public string Folder { get; }

    /// <summary>The file of a policy that this node has; null where it has not.</summary>
    public string? Find(Digest weights)
    {
        var path = PathOf(weights);
        return Digest.TryParse(weights.Hex, out _) && File.Exists(path) ? path : null;
    }

    /// <inheritdoc/>
    /// <exception cref="BlobLostException">No holder has it.</exception>
    public async ValueTask<string> GetAsync(Digest weights, CancellationToken stop)
    {
        Task<string> fetch;
        lock (_gate)
        {
            if (Find(weights) is { } path)
            {
                return path;
            }

            if (!_fetches.TryGetValue(weights, out fetch!))
            {
                _fetches[weights] = fetch = Task.Run(() => FetchAsync(weights, _stop.Token), CancellationToken.None);
            }
        }

        return await fetch.WaitAsync(stop).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Prune(IReadOnlyCollection<Digest> keep)
    {
        ArgumentNullException.ThrowIfNull(keep);
        lock (_gate)
        {
            var names = keep.Concat(_fetches.Keys).Select(digest => digest.Hex + Ending).ToHashSet(StringComparer.Ordinal);
            foreach (var path in Directory.EnumerateFiles(Folder, "*" + Ending).Concat(Directory.EnumerateFiles(Folder, "*" + Ending + PartFile.Ending)).ToList())
            {
                if (!names.Contains(Path.GetFileName(path).Replace(PartFile.Ending, "", StringComparison.Ordinal)))
                {
                    File.Delete(path);
                }
            }
        }
    }

    /// <summary>Ends the fetches that are under way.</summary>
    public void Dispose() => _stop.Cancel();

    private async Task<string> FetchAsync(Digest weights, CancellationToken stop)
    {
        try
        {
            await using var disk = new WorkThread("weights");
            var holders = await _holders.OfAsync(weights, stop).ConfigureAwait(false);
            await new FileFetch(_replies, disk).RunAsync($"weights/{weights.Hex}", PathOf(weights), holders, path => _digestOf is null || _digestOf(path) == weights, stop).ConfigureAwait(false);
            return PathOf(weights);
        }
        finally
        {
            lock (_gate)
            {
                _fetches.Remove(weights);
            }
        }
    }

    private string PathOf(Digest weights) => Path.Combine(Folder, weights.Hex + Ending);
}
