using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Weights;

namespace R2ec.Distributed.Orchestration.Cluster;

/// <summary>Copies over the bulk channel.</summary>
/// <param name="folder">The run's folder <c>checkpoints</c> on this node.</param>
/// <param name="bulk">Client of the bulk channel.</param>
/// <param name="coordinators">host:port of the coordinators' bulk channels, who know the holders.</param>
public sealed class CheckpointCopies(string folder, HttpClient bulk, Func<IReadOnlyList<string>> coordinators) : ICheckpointCopies
{
    private readonly HolderLookup _holders = new(new BulkReply(bulk, TimeProvider.System), coordinators);

    /// <inheritdoc/>
    public async Task<bool> FetchAsync(CheckpointRecord checkpoint, IReadOnlyList<string> holders, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentNullException.ThrowIfNull(holders);
        var place = Path.Combine(folder, checkpoint.Folder);
        var others = await _holders.OfAsync(checkpoint.Manifest, stop).ConfigureAwait(false);
        string[] all = [.. holders.Concat(others).Distinct()];
        return all.Length > 0 && await CheckpointReplica.FetchAsync(checkpoint.Manifest, place, all, bulk, stop).ConfigureAwait(false);
    }
}
