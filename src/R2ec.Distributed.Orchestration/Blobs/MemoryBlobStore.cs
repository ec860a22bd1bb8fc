using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Orchestration.Blobs;

/// <summary>Blobs of one process, in memory. Thread-safe.</summary>
/// <remarks>The hash is computed when bytes are put; a get within the process hands out the very array, so hashing it again would prove nothing.</remarks>
public sealed class MemoryBlobStore : IBlobStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Digest, (byte[] Bytes, int Count)> _held = [];

    /// <inheritdoc/>
    public string Self => "";

    /// <summary>Blobs that are held.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _held.Count;
            }
        }
    }

    /// <inheritdoc/>
    public BlobRef Put(byte[] bytes)
    {
        var digest = Digest.Of(bytes);
        lock (_gate)
        {
            _held[digest] = (bytes, _held.TryGetValue(digest, out var held) ? held.Count + 1 : 1);
        }

        return new BlobRef(digest, bytes.LongLength, "");
    }

    /// <inheritdoc/>
    public ValueTask<byte[]> GetAsync(BlobRef blob, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(blob);
        lock (_gate)
        {
            return _held.TryGetValue(blob.Digest, out var held)
                ? ValueTask.FromResult(held.Bytes)
                : ValueTask.FromException<byte[]>(new BlobLostException($"Blob {blob.Digest.Brief} of {blob.LengthBytes} bytes is no longer held."));
        }
    }

    /// <inheritdoc/>
    public void Release(BlobRef blob)
    {
        ArgumentNullException.ThrowIfNull(blob);
        lock (_gate)
        {
            if (_held.TryGetValue(blob.Digest, out var held))
            {
                if (held.Count == 1)
                {
                    _held.Remove(blob.Digest);
                }
                else
                {
                    _held[blob.Digest] = (held.Bytes, held.Count - 1);
                }
            }
        }
    }
}
