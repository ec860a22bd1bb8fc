using System.Globalization;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Threads;
using R2ec.Distributed.Orchestration.Weights;

namespace R2ec.Distributed.Orchestration.Folders;

/// <summary>
/// Fetches a named folder over the bulk channel, file by file and chunk by chunk, from several holders. Its place appears by rename, whole: a broken
/// transfer leaves what was verified in a folder beside for the next attempt, a full disk leaves nothing.
/// </summary>
/// <param name="bulk">Client of the bulk channel.</param>
/// <param name="clock">Measures deadlines.</param>
public sealed class FolderFetch(HttpClient bulk, TimeProvider clock)
{
    /// <summary>What stays free on the disk: 64 MiB.</summary>
    private const long SpareBytes = 64L << 20;

    private const int NoSpace = 28, QuotaExceeded = 122;

    private readonly BulkReply _replies = new(bulk, clock);

    /// <summary>Fetches; a folder that appeared at the place meanwhile is left as it is, and it is the caller's matter whether it is the same.</summary>
    /// <param name="folder">What is wanted; its manifest is sound.</param>
    /// <param name="root">Below which it is to stand under its name; nothing stands there.</param>
    /// <param name="node">The node that fetches: several may share a root.</param>
    /// <param name="holders">host:port of those who may have it.</param>
    /// <param name="got">Told of each file that is there and verified, with its path.</param>
    /// <param name="tell">Told what is under way, for people.</param>
    /// <param name="stop">Ends it.</param>
    /// <returns>Whether what stands at the place now is what was fetched.</returns>
    /// <exception cref="FolderLostException">It cannot be had now; the message says why.</exception>
    public async Task<bool> RunAsync(NamedFolder folder, string root, string node, IReadOnlyList<string> holders, Action<FolderFile, string> got, Action<string> tell, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(folder);
        ArgumentNullException.ThrowIfNull(got);
        ArgumentNullException.ThrowIfNull(tell);
        var (place, part) = (Path.Combine(root, folder.Name), Path.Combine(root, $".{node}.{folder.Content.Digest.Brief}{PartFile.Ending}"));
        await using var disk = new WorkThread("folders");
        try
        {
            var progress = new Progress(folder, tell);
            await disk.RunAsync(() =>
            {
                Sweep(root, node, part);
                Begin(folder, part);
            }).ConfigureAwait(false);
            foreach (var file in folder.Content.Files)
            {
                var path = Path.Combine(part, file.Name);
                if (!await disk.RunAsync(() => file.IsAt(path)).ConfigureAwait(false))
                {
                    var fetch = new FileFetch(_replies, disk) { Length = file.Bytes, Arrived = progress.Add };
                    await fetch.RunAsync($"files/{file.Content.Hex}", path, holders, fetched => file.IsAt(fetched), stop).ConfigureAwait(false);
                }

                progress.Whole(file);
                got(file, path);
            }

            return await disk.RunAsync(() => Settle(part, place)).ConfigureAwait(false);
        }
        catch (BlobLostException lost)
        {
            throw new FolderLostException($"{folder} could not be fetched: {lost.Message}", lost);
        }
        catch (IOException full) when ((full.HResult & 0xFFFF) is NoSpace or QuotaExceeded)
        {
            await disk.RunAsync(() => Remove(part)).ConfigureAwait(false);
            throw new FolderLostException($"{folder} could not be fetched: the disk of {root} is full. Make room on this node.", full);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw new FolderLostException($"{folder} could not be fetched: {refused.Message}", refused);
        }
    }

    /// <summary>Removes what was gathered for other folders: what is not wanted any more is not waited for.</summary>
    /// <param name="root">Where the parts stand.</param>
    /// <param name="node">Whose parts: several nodes may share a root.</param>
    /// <param name="kept">The part that stays.</param>
    private static void Sweep(string root, string node, string kept)
    {
        foreach (var other in Directory.EnumerateDirectories(root, $".{node}.*{PartFile.Ending}").Where(path => path != kept))
        {
            Directory.Delete(other, recursive: true);
        }
    }

    private static void Begin(NamedFolder folder, string part)
    {
        Directory.CreateDirectory(part);
        var there = Directory.EnumerateFiles(part).Sum(path => new FileInfo(path).Length);
        var free = new DriveInfo(part).AvailableFreeSpace;
        if (free + there < folder.Content.Bytes + SpareBytes)
        {
            Remove(part);
            throw new FolderLostException($"{folder} has {Megabytes(folder.Content.Bytes)} MB, and {Path.GetDirectoryName(part)} has {Megabytes(free)} MB free. Make room on this node.");
        }
    }

    // Where another node of the same root was faster, its folder stays.
    private static bool Settle(string part, string place)
    {
        if (Directory.Exists(place))
        {
            Remove(part);
            return false;
        }

        Durable.SyncFolder(part);
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        try
        {
            Durable.Rename(part, place);
            return true;
        }
        catch (IOException) when (Directory.Exists(place))
        {
            Remove(part);
            return false;
        }
    }

    private static void Remove(string part)
    {
        if (Directory.Exists(part))
        {
            Directory.Delete(part, recursive: true);
        }
    }

    private static string Megabytes(long bytes) => (bytes / 1e6).ToString("0.#", CultureInfo.InvariantCulture);

    /// <summary>How far it is. Chunks arrive on several threads.</summary>
    private sealed class Progress(NamedFolder folder, Action<string> tell)
    {
        private long _bytes;
        private long _whole;

        internal void Add(int bytes) => Tell(Interlocked.Add(ref _bytes, bytes));

        internal void Whole(FolderFile file)
        {
            _whole += file.Bytes;
            Tell(Interlocked.Exchange(ref _bytes, _whole));
        }

        private void Tell(long bytes) => tell($"{folder} is fetched from other nodes: {Megabytes(Math.Min(bytes, folder.Content.Bytes))} of {Megabytes(folder.Content.Bytes)} MB are here");
    }
}
