using R2ec.Distributed.Core;
using R2ec.Distributed.Data.Storage;

namespace R2ec.Distributed.Data.Preparing;

/// <summary>
/// A raw file that is read from its first to its last byte, hashed on the way, unpacked if it is gzip (by its first bytes, whatever its name).
/// </summary>
internal sealed class RawFile : IDisposable
{
    private readonly FileStream _file;
    private readonly HashingStream _hash;

    /// <exception cref="InputException">No such file, or it cannot be read.</exception>
    public RawFile(string path, string option)
    {
        Path = path;
        try
        {
            _file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{option} {path} cannot be read: {fault.Message} Check the path.", fault);
        }

        var packed = _file.ReadByte() == 0x1f && _file.ReadByte() == 0x8b;
        _file.Position = 0;
        _hash = new HashingStream(_file);
        Content = packed || path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new WholeGzipStream(_hash) : _hash;
    }

    public string Path { get; }

    /// <summary>The file's name without its folders: what may stand in a manifest.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>The unpacked bytes.</summary>
    public Stream Content { get; }

    /// <summary>How much of the file, as it lies on disk, was read: 0 to 1.</summary>
    public double Fraction => _file.Length == 0 ? 1 : (double)_file.Position / _file.Length;

    /// <summary>Size and hash of the whole file; reads what is left of it.</summary>
    public FileEntry Entry()
    {
        _hash.CopyTo(Stream.Null);
        return new FileEntry(Name, _hash.Count, _hash.Finish());
    }

    /// <summary>The fault for a file that breaks off or is damaged.</summary>
    public InputException Torn(long line, Exception fault) => new(
        $"{Path} is torn or damaged: it could be read up to line {line} only ({fault.Message}) Nothing was written. Fetch the file again.", fault);

    public void Dispose()
    {
        Content.Dispose();
        _hash.Dispose();
        _file.Dispose();
    }
}
