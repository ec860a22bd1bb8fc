using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Threads;

namespace R2ec.Distributed.Orchestration.Weights;

/// <summary>A copy of another node's checkpoint: whole or not at all. What a broken transfer brought stays beside the place for the next attempt.</summary>
public static class CheckpointReplica
{
    /// <summary>Brings a checkpoint into a folder; one that stands there whole is left as it is, a damaged one is replaced.</summary>
    /// <param name="manifest">SHA-256 of its manifest, as the journal names it.</param>
    /// <param name="folder">Its place.</param>
    /// <param name="holders">host:port of the bulk channels of those who may have it.</param>
    /// <param name="bulk">Client of the bulk channel.</param>
    /// <param name="stop">Ends it.</param>
    /// <returns>True where the folder holds it whole now; false where no holder had all of it, and the folder is as it was.</returns>
    public static async Task<bool> FetchAsync(Digest manifest, string folder, IReadOnlyList<string> holders, HttpClient bulk, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(holders);
        var place = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var part = Path.Combine(Path.GetDirectoryName(place)!, $".{Path.GetFileName(place)}.{manifest.Brief}{PartFile.Ending}");
        await using var disk = new WorkThread("replica");
        if (await disk.RunAsync(() => CheckpointManifest.Find(place, manifest)?.IsWhole(place) == true).ConfigureAwait(false))
        {
            return true;
        }

        try
        {
            var replies = new BulkReply(bulk, TimeProvider.System);
            var (files, bytes) = await ManifestAsync(manifest, holders, replies, stop).ConfigureAwait(false);
            await disk.RunAsync(() => Directory.CreateDirectory(part)).ConfigureAwait(false);
            foreach (var (name, digest) in files.Files)
            {
                var path = Path.Combine(part, name);
                if (!await disk.RunAsync(() => CheckpointManifest.IsFile(path, digest)).ConfigureAwait(false))
                {
                    await new FileFetch(replies, disk).RunAsync($"checkpoints/{manifest.Hex}/{name}", path, holders, fetched => CheckpointManifest.IsFile(fetched, digest), stop).ConfigureAwait(false);
                }
            }

            await disk.RunAsync(() => Settle(part, place, bytes)).ConfigureAwait(false);
            return true;
        }
        catch (BlobLostException)
        {
            return false;
        }
    }

    private static async Task<(CheckpointManifest Files, byte[] Bytes)> ManifestAsync(Digest manifest, IReadOnlyList<string> holders, BulkReply replies, CancellationToken stop)
    {
        foreach (var holder in holders)
        {
            try
            {
                var bytes = await replies.AtMostAsync(BulkAddress.Of(holder, $"checkpoints/{manifest.Hex}/{CheckpointManifest.FileName}"), CheckpointManifest.LimitBytes, stop).ConfigureAwait(false);
                if (Digest.Of(bytes) == manifest)
                {
                    return (CheckpointManifest.Parse(bytes), bytes);
                }
            }
            catch (Exception fault) when (fault is BlobLostException or InvalidDataException)
            {
                // The next one may have it.
            }
        }

        throw new BlobLostException($"No holder has the manifest of checkpoint {manifest.Brief}.");
    }

    // The manifest comes last: a folder without it is no checkpoint.
    private static void Settle(string part, string place, byte[] manifest)
    {
        using (var file = new FileStream(Path.Combine(part, CheckpointManifest.FileName), FileMode.Create, FileAccess.Write))
        {
            file.Write(manifest);
            file.Flush(flushToDisk: true);
        }

        Durable.SyncFolder(part);
        if (Directory.Exists(place))
        {
            Directory.Delete(place, recursive: true);
        }

        Durable.Rename(part, place);
    }
}
