using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Orchestration.Blobs;

/// <summary>
/// Blobs of a node in a cluster: its own in memory, served to the others; the others' by their holder's bulk channel. Thread-safe. A blob that nobody
/// touched for 30 minutes is forgotten, so that a lost release is no leak.
/// </summary>
public sealed class ClusterBlobs : IBlobStore, IAsyncDisposable
{
    /// <summary>Most bytes of a blob: 256 MB.</summary>
    public const long LimitBytes = 256L * 1024 * 1024;

    private readonly string _self;
    private readonly HeldBlobs _held;
    private readonly BulkReply _replies;
    private readonly RemoteReleases _releases;

    /// <summary>Blobs of this node.</summary>
    /// <param name="self">host:port of its own bulk channel, as others dial it.</param>
    /// <param name="bulk">Client for the others'; it stays the caller's.</param>
    /// <param name="clock">Measures deadlines and how long a blob was left alone.</param>
    public ClusterBlobs(string self, HttpClient bulk, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(bulk);
        ArgumentNullException.ThrowIfNull(clock);
        (_self, _held, _replies, _releases) = (self, new HeldBlobs(clock), new BulkReply(bulk, clock), new RemoteReleases(bulk, clock));
    }

    /// <inheritdoc/>
    public string Self => _self;

    /// <summary>Blobs that this node holds.</summary>
    public int Count => _held.Count;

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">It is over <see cref="LimitBytes"/>: no reader would take it.</exception>
    public BlobRef Put(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        return bytes.LongLength <= LimitBytes
            ? new BlobRef(_held.Put(bytes), bytes.LongLength, _self)
            : throw new InvalidDataException($"A blob of {bytes.LongLength} bytes is over the limit of {LimitBytes}.");
    }

    /// <inheritdoc/>
    public async ValueTask<byte[]> GetAsync(BlobRef blob, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(blob);
        if (_held.Find(blob.Digest) is { } own)
        {
            return own;
        }

        if (this.IsOwn(blob))
        {
            throw new BlobLostException($"Blob {blob.Digest.Brief} of {blob.LengthBytes} bytes is no longer held.");
        }

        if (blob.LengthBytes is < 0 or > LimitBytes)
        {
            throw new BlobLostException($"Blob {blob.Digest.Brief} of {blob.Holder} names {blob.LengthBytes} bytes; the limit is {LimitBytes}.");
        }

        var bytes = await _replies.ExactlyAsync(BulkAddress.Of(blob.Holder, $"blobs/{blob.Digest.Hex}"), (int)blob.LengthBytes, null, stop).ConfigureAwait(false);
        return Digest.Of(bytes) == blob.Digest ? bytes : throw new BlobLostException($"Blob {blob.Digest.Brief} came from {blob.Holder} with other bytes.");
    }

    /// <inheritdoc/>
    public void Release(BlobRef blob)
    {
        ArgumentNullException.ThrowIfNull(blob);
        if (this.IsOwn(blob))
        {
            _held.Release(blob.Digest);
        }
        else
        {
            _releases.Add(blob.Holder, blob.Digest);
        }
    }

    /// <summary>A blob that this node holds, for its server; null where it does not.</summary>
    public byte[]? Find(Digest digest) => _held.Find(digest);

    /// <summary>Another node's release of a blob of this one. False where it is not held.</summary>
    public bool Release(Digest digest) => _held.Release(digest);

    /// <summary>Delivers the releases that wait, a few seconds at most.</summary>
    public ValueTask DisposeAsync() => _releases.DisposeAsync();
}
