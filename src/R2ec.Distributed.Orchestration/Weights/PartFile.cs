using Microsoft.Win32.SafeHandles;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Orchestration.Runs;

namespace R2ec.Distributed.Orchestration.Weights;

/// <summary>A file that is being fetched: it stands beside its place as <c>.part</c> until every chunk is there. Used by one thread.</summary>
internal sealed class PartFile : IDisposable
{
    /// <summary>What its name ends with.</summary>
    public const string Ending = ".part";

    private readonly string _path;
    private readonly ChunkManifest _manifest;
    private readonly SafeFileHandle _file;
    private readonly bool _began;

    /// <summary>Opens what an earlier transfer left, or begins anew.</summary>
    public PartFile(string path, ChunkManifest manifest)
    {
        (_path, _manifest) = (path, manifest);
        _file = File.OpenHandle(path + Ending, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        _began = RandomAccess.GetLength(_file) > 0;
        RandomAccess.SetLength(_file, manifest.LengthBytes);
    }

    /// <summary>The chunks that are not there yet, or not as the manifest says.</summary>
    public List<int> Missing()
    {
        var all = Enumerable.Range(0, _manifest.Chunks.Count);
        if (!_began)
        {
            return [.. all];
        }

        var chunk = new byte[ChunkManifest.ChunkBytes];
        return [.. all.Where(index => Read(index, chunk) != _manifest.Chunks[index])];
    }

    /// <summary>Puts a chunk at its place.</summary>
    public void Write(int index, byte[] bytes) => RandomAccess.Write(_file, bytes, ChunkManifest.OffsetOf(index));

    /// <summary>Makes it durable and checks it as a whole. False where it is not what was wanted.</summary>
    public bool Flush(Func<string, bool> isWanted)
    {
        RandomAccess.FlushToDisk(_file);
        return isWanted(_path + Ending);
    }

    /// <summary>Moves it to its place; it has to be flushed.</summary>
    public void Rename()
    {
        File.Move(_path + Ending, _path, overwrite: true);
        Durable.SyncFolder(Path.GetDirectoryName(_path)!);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private Digest Read(int index, byte[] chunk)
    {
        var (length, count) = (_manifest.LengthOf(index), 0);
        for (int read; count < length && (read = RandomAccess.Read(_file, chunk.AsSpan(count, length - count), ChunkManifest.OffsetOf(index) + count)) > 0;)
        {
            count += read;
        }

        return Digest.Of(chunk.AsSpan(0, count));
    }
}
