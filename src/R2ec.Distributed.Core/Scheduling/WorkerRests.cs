namespace R2ec.Distributed.Core.Scheduling;

/// <summary>
/// Rest for workers that fail by a fault of their own, such as a full disk or a bad device. Who fails at once would ask for more at once, and use up the
/// budget of work that any other worker can do. It rests as long as another one that can do the same is awake, twice as long after each failure in a row;
/// a success ends it. Alone, it may go on. Times are of one monotonic clock. Not thread-safe.
/// </summary>
/// <param name="first">Rest after the first failure.</param>
/// <param name="silence">A worker that was not heard of for so long is not counted on.</param>
/// <typeparam name="T">A worker.</typeparam>
public sealed class WorkerRests<T>(TimeSpan first, TimeSpan silence)
    where T : notnull
{
    private const int MostDoublings = 5;

    private readonly Dictionary<T, Entry> _workers = [];

    /// <summary>Workers that are known.</summary>
    public int Count => _workers.Count;

    /// <summary>A worker gives a sign of life and names what it can do.</summary>
    public void Hear(T worker, IReadOnlyList<int> lanes, TimeSpan now)
    {
        var entry = Of(worker);
        (entry.Lanes, entry.Heard) = (lanes, now);
    }

    /// <summary>A worker gives a sign of life.</summary>
    public void Hear(T worker, TimeSpan now) => Of(worker).Heard = now;

    /// <summary>A worker did what it was given: its failures are forgotten.</summary>
    public void Succeed(T worker, TimeSpan now)
    {
        var entry = Of(worker);
        (entry.Heard, entry.Failures, entry.Until) = (now, 0, TimeSpan.MinValue);
    }

    /// <summary>A worker failed; answers with how long it rests.</summary>
    public TimeSpan Fail(T worker, TimeSpan now)
    {
        var entry = Of(worker);
        var rest = first * Math.Pow(2, Math.Min(entry.Failures++, MostDoublings));
        (entry.Heard, entry.Until) = (now, now + rest);
        return rest;
    }

    /// <summary>Whether a worker may be given work: it does not rest, or nobody else who can do any of the same is awake.</summary>
    public bool MayWork(T worker, TimeSpan now)
    {
        if (!_workers.TryGetValue(worker, out var own) || own.Until <= now)
        {
            return true;
        }

        return !_workers.Any(pair => !pair.Key.Equals(worker) && pair.Value.Until <= now && now - pair.Value.Heard <= silence && pair.Value.Lanes.Any(own.Lanes.Contains));
    }

    /// <summary>Forgets those who neither rest nor were heard of lately.</summary>
    public void ForgetSilent(TimeSpan now)
    {
        foreach (var worker in _workers.Where(pair => pair.Value.Until <= now && now - pair.Value.Heard > silence).Select(pair => pair.Key).ToList())
        {
            _workers.Remove(worker);
        }
    }

    private Entry Of(T worker)
    {
        if (!_workers.TryGetValue(worker, out var entry))
        {
            _workers[worker] = entry = new Entry();
        }

        return entry;
    }

    private sealed class Entry
    {
        internal IReadOnlyList<int> Lanes { get; set; } = [];

        internal TimeSpan Heard { get; set; }

        internal int Failures { get; set; }

        internal TimeSpan Until { get; set; } = TimeSpan.MinValue;
    }
}
