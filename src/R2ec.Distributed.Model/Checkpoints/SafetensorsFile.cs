using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using R2ec.Distributed.Core;
using R2ec.Distributed.Model.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Checkpoints;

/// <summary>
/// A safetensors file, mapped and read only. Its header is checked whole when it is opened. Tensors that are read are copies in libtorch's own memory and
/// outlive the file; they are owned by the caller.
/// </summary>
public sealed unsafe class SafetensorsFile : IDisposable
{
    /// <summary>The longest header that is read, in bytes.</summary>
    public const long MaxHeaderBytes = 100_000_000;

    private const int LengthBytes = 8;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _data;
    private bool _disposed;

    private SafetensorsFile(string path, long length)
    {
        Path = path;
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        try
        {
            byte* start = null;
            _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
            var header = HeaderBytes(path, new ReadOnlySpan<byte>(start, LengthBytes), length);
            (Entries, Metadata) = SafetensorsHeader.Parse(path, new Span<byte>(start + LengthBytes, (int)header).ToArray(), length - LengthBytes - header);
            _data = start + LengthBytes + header;
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Where the file is.</summary>
    public string Path { get; }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries { get; } = new Dictionary<string, SafetensorsEntry>();

    /// <summary>What the writer noted beside the tensors.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; } = new Dictionary<string, string>();

    /// <summary>Maps a file and checks its header.</summary>
    /// <exception cref="InputException">It is missing, truncated or damaged: the message names the file and the tensor.</exception>
    public static SafetensorsFile Open(string path)
    {
        NativeRuntime.Prepare();
        var about = new FileInfo(path);
        if (!about.Exists)
        {
            throw new InputException($"{path}: there is no such file.");
        }

        if (about.Length < LengthBytes)
        {
            throw new InputException($"{path}: with {about.Length} bytes this is no safetensors file. Get it again.");
        }

        try
        {
            return new SafetensorsFile(path, about.Length);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: cannot be read ({fault.Message}).", fault);
        }
    }

    /// <summary>A tensor as a fresh copy, converted where another type is asked for.</summary>
    /// <exception cref="InputException">The file has no tensor of that name.</exception>
    public Tensor Read(string name, ScalarType? type = null)
    {
        var entry = Find(name);
        var stored = TensorMemory.Copy(_data + entry.Offset, [.. entry.Shape], entry.Type);
        if (type is null || type == entry.Type)
        {
            return stored;
        }

        var converted = stored.to(type.Value);
        stored.Dispose();
        return converted;
    }

    /// <summary>A view of the mapped bytes, aligned as the file happens to be; it must not outlive the file. Product code reads copies: alignment can change bits.</summary>
    internal Tensor View(string name)
    {
        var entry = Find(name);
        return AtenDispatcher.Over(_data + entry.Offset, [.. entry.Shape], entry.Type);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _file.Dispose();
        }
    }

    private static long HeaderBytes(string path, ReadOnlySpan<byte> start, long length)
    {
        var header = BinaryPrimitives.ReadUInt64LittleEndian(start);
        if (header > MaxHeaderBytes)
        {
            throw new InputException($"{path}: claims a header of {header} bytes; at most {MaxHeaderBytes} are read. It is no safetensors file, or damaged: get it again.");
        }

        return (long)header <= length - LengthBytes
            ? (long)header
            : throw new InputException($"{path}: claims a header of {header} bytes, but the file has {length}: it is truncated. Get it again.");
    }

    private SafetensorsEntry Find(string name)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return Entries.TryGetValue(name, out var entry) ? entry : throw new InputException($"{Path}: has no tensor {name}.");
    }
}
