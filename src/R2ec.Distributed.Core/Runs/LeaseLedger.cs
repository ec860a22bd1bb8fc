namespace R2ec.Distributed.Core.Runs;

/// <summary>
/// Who does which work until when. Every piece of work ends exactly once; a lease that is not renewed in time is given out again and its late result
/// ignored. Only failures that a living worker reports count against the budget. Times are of one monotonic clock. Not thread-safe.
/// For work whose state stays with its worker, such as a shard's graph; what any worker may take over has <see cref="Scheduling.WorkLedger{T}"/>.
/// </summary>
/// <param name="duration">How long a lease holds without a sign of life.</param>
/// <param name="longest">How long one attempt may take in all, however alive its worker says it is.</param>
/// <param name="failureBudget">Failures of one piece of work before it is set aside.</param>
/// <typeparam name="T">Name of a piece of work.</typeparam>
public sealed class LeaseLedger<T>(TimeSpan duration, TimeSpan longest, int failureBudget)
    where T : notnull
{
    private readonly Dictionary<T, Entry> _entries = [];
    private readonly LinkedList<T> _waiting = new();

    /// <summary>Pieces of work that are neither finished nor set aside.</summary>
    public int OpenCount => _entries.Count;

    /// <summary>Pieces that wait for a worker.</summary>
    public int WaitingCount => _waiting.Count;

    /// <summary>Adds work; known work is left as it is.</summary>
    public bool Add(T work)
    {
        if (!_entries.TryAdd(work, new Entry()))
        {
            return false;
        }

        _waiting.AddLast(work);
        return true;
    }

    /// <summary>Gives the longest waiting work that a worker can do; null where there is none.</summary>
    /// <param name="worker">Its name.</param>
    /// <param name="fits">Whether it can do a piece of work.</param>
    /// <param name="now">The time.</param>
    public LeaseGrant<T>? Take(string worker, Func<T, bool> fits, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(fits);
        for (var node = _waiting.First; node is not null; node = node.Next)
        {
            if (fits(node.Value))
            {
                _waiting.Remove(node);
                var entry = _entries[node.Value];
                entry.Attempt = entry.Attempt.Next();
                entry.Worker = worker;
                entry.Given = now;
                entry.Until = now + duration;
                return new LeaseGrant<T>(node.Value, entry.Attempt);
            }
        }

        return null;
    }

    /// <summary>A worker says that it still works; false where the lease is no longer its own.</summary>
    public bool Renew(T work, Attempt attempt, TimeSpan now)
    {
        if (!Current(work, attempt, out var entry) || now - entry.Given >= longest)
        {
            return false;
        }

        entry.Until = now + duration;
        return true;
    }

    /// <summary>Whether a result is the awaited one; true exactly once for each piece of work.</summary>
    public bool Finish(T work, Attempt attempt) => Current(work, attempt, out _) && _entries.Remove(work);

    /// <summary>What a worker's failure leads to.</summary>
    public FailureVerdict Fail(T work, Attempt attempt)
    {
        if (!Current(work, attempt, out var entry))
        {
            return FailureVerdict.Ignored;
        }

        if (++entry.Failures >= failureBudget)
        {
            _entries.Remove(work);
            return FailureVerdict.Exhausted;
        }

        Return(work, entry);
        return FailureVerdict.Again;
    }

    /// <summary>Takes back every lease whose time is over; answers with the work and who had it.</summary>
    public IReadOnlyList<(T Work, string Worker)> Expire(TimeSpan now)
    {
        var expired = _entries.Where(pair => pair.Value.Worker is not null && pair.Value.Until <= now).Select(pair => (pair.Key, pair.Value.Worker!)).ToList();
        foreach (var (work, _) in expired)
        {
            Return(work, _entries[work]);
        }

        return expired;
    }

    /// <summary>Takes back every lease of some workers, at no cost to any budget; answers with the work.</summary>
    public IReadOnlyList<T> Release(Func<string, bool> ofWorker)
    {
        ArgumentNullException.ThrowIfNull(ofWorker);
        var released = _entries.Where(pair => pair.Value.Worker is { } worker && ofWorker(worker)).Select(pair => pair.Key).ToList();
        foreach (var work in released)
        {
            Return(work, _entries[work]);
        }

        return released;
    }

    /// <summary>Takes back one lease, if that attempt still has it.</summary>
    public bool Release(T work, Attempt attempt)
    {
        if (!Current(work, attempt, out var entry))
        {
            return false;
        }

        Return(work, entry);
        return true;
    }

    /// <summary>Forgets work, whoever does it.</summary>
    public void Forget(T work)
    {
        _entries.Remove(work);
        _waiting.Remove(work);
    }

    /// <summary>Forgets all work.</summary>
    public void Clear()
    {
        _entries.Clear();
        _waiting.Clear();
    }

    private bool Current(T work, Attempt attempt, out Entry entry) => _entries.TryGetValue(work, out entry!) && entry.Worker is not null && entry.Attempt == attempt;

    private void Return(T work, Entry entry)
    {
        entry.Worker = null;
        _waiting.AddFirst(work);
    }

    private sealed class Entry
    {
        public Attempt Attempt { get; set; }

        public string? Worker { get; set; }

        public TimeSpan Given { get; set; }

        public TimeSpan Until { get; set; }

        public int Failures { get; set; }
    }
}
