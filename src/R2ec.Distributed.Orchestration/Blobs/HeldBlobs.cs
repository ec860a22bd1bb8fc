using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Orchestration.Blobs;

/// <summary>Blobs in memory, counted: as often as they were put they have to be released. What nobody touches for a while goes by itself. Thread-safe.</summary>
/// <param name="clock">Measures how long a blob was left alone.</param>
internal sealed class HeldBlobs(TimeProvider clock)
{
    private static readonly TimeSpan Forgotten = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan BetweenSweeps = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<Digest, Held> _held = [];
    private long _swept = clock.GetTimestamp();

    /// <summary>Their number.</summary>
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

    /// <summary>Keeps bytes, or counts them once more.</summary>
    public Digest Put(byte[] bytes)
    {
        var digest = Digest.Of(bytes);
        lock (_gate)
        {
            Sweep();
            var count = _held.TryGetValue(digest, out var held) ? held.Count + 1 : 1;
            _held[digest] = new Held(bytes, count, clock.GetTimestamp());
        }

        return digest;
    }

    /// <summary>The bytes, which are in use again; null where they are not held.</summary>
    public byte[]? Find(Digest digest)
    {
        lock (_gate)
        {
            if (!_held.TryGetValue(digest, out var held))
            {
                return null;
            }

            _held[digest] = held with { Touched = clock.GetTimestamp() };
            return held.Bytes;
        }
    }

    /// <summary>Counts down; the last one forgets the bytes. False where they are not held.</summary>
    public bool Release(Digest digest)
    {
        lock (_gate)
        {
            if (!_held.TryGetValue(digest, out var held))
            {
                return false;
            }

            if (held.Count == 1)
            {
                _held.Remove(digest);
            }
            else
            {
                _held[digest] = held with { Count = held.Count - 1 };
            }

            return true;
        }
    }

    private void Sweep()
    {
        if (clock.GetElapsedTime(_swept) < BetweenSweeps)
        {
            return;
        }

        _swept = clock.GetTimestamp();
        foreach (var (digest, _) in _held.Where(entry => clock.GetElapsedTime(entry.Value.Touched) >= Forgotten).ToList())
        {
            _held.Remove(digest);
        }
    }

    private sealed record Held(byte[] Bytes, int Count, long Touched);
}
