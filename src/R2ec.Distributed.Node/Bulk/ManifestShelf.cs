using System.Collections.Concurrent;
using R2ec.Distributed.Orchestration.Weights;

namespace R2ec.Distributed.Node.Bulk;

/// <summary>Chunk manifests of served files: computed once, by one thread of its own for each, however many ask. Thread-safe.</summary>
internal sealed class ManifestShelf
{
    private const int Most = 256;

    private readonly ConcurrentDictionary<Key, Lazy<Task<byte[]>>> _kept = new();

    /// <summary>The manifest of a file as JSON; null where the file is gone or cannot be read.</summary>
    public async Task<byte[]?> OfAsync(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
        {
            return null;
        }

        if (_kept.Count >= Most)
        {
            _kept.Clear();
        }

        var key = new Key(path, file.Length, file.LastWriteTimeUtc);
        try
        {
            return await _kept.GetOrAdd(key, wanted => new Lazy<Task<byte[]>>(() => Compute(wanted.Path))).Value;
        }
        catch (Exception fault) when (fault is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            _kept.TryRemove(key, out _);
            return null;
        }
    }

    // Reading gigabytes would hold up a thread of the pool, on which heartbeats run.
    private static Task<byte[]> Compute(string path) =>
        Task.Factory.StartNew(() => ChunkManifest.Of(path).ToJson(), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private readonly record struct Key(string Path, long Length, DateTime Written);
}
