using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Orchestration.Cluster;
using R2ec.Distributed.Orchestration.Folders;
using R2ec.Distributed.Orchestration.Weights;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>Files of runs as a coordinator passes them on: from its own disk, else straight from the node that holds them. Nothing of them stays here.</summary>
/// <param name="stores">The node's own.</param>
/// <param name="holders">Who holds what.</param>
/// <param name="client">Client of the bulk channel.</param>
/// <param name="clock">Measures deadlines.</param>
internal sealed class HeldFiles(NodeStores stores, HolderDirectory holders, HttpClient client, TimeProvider clock) : IHeldFiles
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public async Task<Stream?> WeightsAsync(Digest weights, CancellationToken stop) => Own(stores.FindWeights(weights)) ?? await AskAsync(weights, $"weights/{weights.Hex}", stop);

    /// <inheritdoc/>
    public async Task<Stream?> CheckpointAsync(Digest manifest, string file, CancellationToken stop)
    {
        if (!FolderManifest.IsPlain(file))
        {
            return null;
        }

        var folder = stores.FindCheckpoint(manifest);
        return Own(folder is null ? null : Path.Combine(folder, file)) ?? await AskAsync(manifest, $"checkpoints/{manifest.Hex}/{file}", stop);
    }

    private static FileStream? Own(string? path)
    {
        try
        {
            return path is null ? null : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private async Task<Stream?> AskAsync(Digest what, string route, CancellationToken stop)
    {
        foreach (var holder in holders.Of(what))
        {
            using var patience = new CancellationTokenSource(Patience, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, patience.Token);
            try
            {
                var answer = await client.GetAsync(new Uri($"https://{holder}/{route}"), HttpCompletionOption.ResponseHeadersRead, either.Token);
                if (answer.IsSuccessStatusCode)
                {
                    return await answer.Content.ReadAsStreamAsync(stop);
                }

                answer.Dispose();
            }
            catch (Exception away) when (away is HttpRequestException or IOException || (away is OperationCanceledException && !stop.IsCancellationRequested))
            {
                // The next one may have it.
            }
        }

        return null;
    }
}
