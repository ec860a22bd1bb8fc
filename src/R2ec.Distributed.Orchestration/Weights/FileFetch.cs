using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Threads;

namespace R2ec.Distributed.Orchestration.Weights;

/// <summary>
/// Fetches a file from whoever holds it: the manifest from one holder, the *witness*, then chunks from all of them in turn, each verified by its hash. A holder
/// whose chunk fails is asked no more under this manifest. A manifest that leads nowhere costs its witness the trust, and the next holder becomes the
/// witness; so one honest holder suffices. What was verified stays beside the place for the next attempt.
/// </summary>
/// <param name="replies">The bulk channel.</param>
/// <param name="disk">Where files are read and written.</param>
internal sealed class FileFetch(BulkReply replies, WorkThread disk)
{
    private const int AtOnce = 4;

    /// <summary>Length of the file where it is known: a manifest that names another is not followed.</summary>
    public long? Length { get; init; }

    /// <summary>Told of every chunk that came, with its length; on any thread.</summary>
    public Action<int> Arrived { get; init; } = _ => { };

    /// <summary>Fetches, and puts the file at its place once it is whole and on the disk.</summary>
    /// <param name="route">What it is called on the bulk channel; its manifest stands below it.</param>
    /// <param name="path">Its place.</param>
    /// <param name="holders">Who may have it.</param>
    /// <param name="isWanted">Whether the file at a path is the one that was meant; called on the disk's thread.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="BlobLostException">No holder had it whole.</exception>
    public async Task RunAsync(string route, string path, IReadOnlyList<string> holders, Func<string, bool> isWanted, CancellationToken stop)
    {
        BlobLostException? last = null;
        var left = holders.Distinct().Take(HolderDirectory.MostHolders).ToList();
        while (left.Count > 0)
        {
            try
            {
                await FetchAsync(route, path, left, isWanted, stop).ConfigureAwait(false);
                return;
            }
            catch (BlobLostException fault)
            {
                last = fault;
                left.RemoveAt(0);
            }
        }

        var reason = last is null ? "nobody is known to hold it" : $"the last of {holders.Count} holders failed: {last.Message}";
        throw last is null ? new BlobLostException($"{route} could not be fetched: {reason}.") : new BlobLostException($"{route} could not be fetched: {reason}", last);
    }

    private async Task FetchAsync(string route, string path, List<string> holders, Func<string, bool> isWanted, CancellationToken stop)
    {
        var manifest = await ManifestAsync(route, holders[0], stop).ConfigureAwait(false);
        if (Length is { } length && manifest.LengthBytes != length)
        {
            throw new BlobLostException($"{route} has {manifest.LengthBytes} bytes at {holders[0]} where {length} were named.");
        }

        var part = await disk.RunAsync(() => new PartFile(path, manifest)).ConfigureAwait(false);
        try
        {
            var missing = await disk.RunAsync(part.Missing).ConfigureAwait(false);
            var rota = new HolderRota(holders);
            await Parallel.ForEachAsync(missing, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = stop }, async (index, ended) =>
            {
                var bytes = await ChunkAsync(route, manifest, index, rota, ended).ConfigureAwait(false);
                await disk.RunAsync(() => part.Write(index, bytes)).ConfigureAwait(false);
                Arrived(bytes.Length);
            }).ConfigureAwait(false);
            if (!await disk.RunAsync(() => part.Flush(isWanted)).ConfigureAwait(false))
            {
                throw new BlobLostException($"{route} came out as something else by the manifest of {holders[0]}.");
            }

            await disk.RunAsync(part.Rename).ConfigureAwait(false);
        }
        finally
        {
            await disk.RunAsync(part.Dispose).ConfigureAwait(false);
        }
    }

    private async Task<ChunkManifest> ManifestAsync(string route, string witness, CancellationToken stop)
    {
        var json = await replies.AtMostAsync(BulkAddress.Of(witness, route + "/manifest"), ChunkManifest.LimitBytes, stop).ConfigureAwait(false);
        try
        {
            return ChunkManifest.Parse(json);
        }
        catch (InvalidDataException fault)
        {
            throw new BlobLostException($"The manifest of {route} at {witness} cannot be used: {fault.Message}", fault);
        }
    }

    private async Task<byte[]> ChunkAsync(string route, ChunkManifest manifest, int index, HolderRota rota, CancellationToken stop)
    {
        BlobLostException? last = null;
        while (rota.Next() is { } holder)
        {
            try
            {
                var bytes = await replies.ExactlyAsync(BulkAddress.Of(holder, route), manifest.LengthOf(index), ChunkManifest.OffsetOf(index), stop).ConfigureAwait(false);
                if (Digest.Of(bytes) == manifest.Chunks[index])
                {
                    return bytes;
                }

                last = new BlobLostException($"Chunk {index} of {route} came from {holder} with other bytes.");
            }
            catch (BlobLostException fault)
            {
                last = fault;
            }

            rota.Drop(holder);
        }

        throw last ?? new BlobLostException($"Nobody is left to ask for chunk {index} of {route}.");
    }
}
