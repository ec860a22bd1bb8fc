using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Core.Scheduling;

/// <summary>
/// Who does which work until when, for workers of different speeds. Every piece of work ends exactly once: finished, set aside, or forgotten. A worker holds
/// the lease that it works on and may have fetched another ahead, which goes to a worker that has nothing as long as it was not begun. What waits is given
/// out longest first. Deadlines follow from the run's own durations. A straggler may be leased a second time: the first result ends the piece. Only failures
/// that a living worker reports count against the budget. Times are of one monotonic clock. Not thread-safe.
/// </summary>
/// <param name="rules">The rules.</param>
/// <typeparam name="T">Name of a piece of work.</typeparam>
public sealed class WorkLedger<T>(WorkRules rules)
    where T : notnull
{
    private readonly Dictionary<T, WorkPiece<T>> _pieces = [];
    private readonly SortedDictionary<int, Lane> _lanes = [];
    private readonly Dictionary<string, List<WorkLease<T>>> _held = [];
    private readonly HashSet<WorkLease<T>> _ahead = [];
    private long _added;
    private long _turns;

    /// <summary>Pieces of work that have not ended.</summary>
    public int OpenCount => _pieces.Count;

    /// <summary>Pieces that wait for a worker.</summary>
    public int WaitingCount { get; private set; }

    /// <summary>Leases that were fetched ahead and not begun.</summary>
    public int AheadCount => _ahead.Count;

    /// <summary>Leases whose work is not needed any more, though their workers live: whoever asks takes them out and tells them.</summary>
    public Queue<LeaseHolder<T>> Withdrawn { get; } = new();

    /// <summary>The workers that have a lease, once for each.</summary>
    public IEnumerable<string> Workers => _held.SelectMany(pair => Enumerable.Repeat(pair.Key, pair.Value.Count));

    /// <summary>Leases that a worker has.</summary>
    public int HeldBy(string worker) => _held.TryGetValue(worker, out var leases) ? leases.Count : 0;

    /// <summary>Adds work; known work is left as it is.</summary>
    /// <param name="work">Its name.</param>
    /// <param name="lane">Its kind: a worker names the lanes that it can do.</param>
    /// <param name="cost">What it is expected to cost, above 0, in a unit of its lane.</param>
    /// <param name="wave">What is asked for together has the same; an earlier one goes first, so that a step that runs ahead holds none up.</param>
    public bool Add(T work, int lane, double cost, long wave = 0)
    {
        var piece = new WorkPiece<T>(work, lane, cost, wave, _added++);
        if (!_pieces.TryAdd(work, piece))
        {
            return false;
        }

        Wait(piece);
        return true;
    }

    /// <summary>Gives the first waiting work of a lane that a worker can do, the lane that was served longest ago; null where there is none, or where it holds enough.</summary>
    public LeaseGrant<T>? Take(string worker, IReadOnlyList<int> lanes, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(lanes);
        if (HeldBy(worker) >= rules.Held || lanes.Select(OfLane).Where(lane => lane.Waiting.Count > 0).MinBy(lane => lane.Served) is not { } lane)
        {
            return null;
        }

        lane.Served = ++_turns;
        var piece = lane.Waiting.Min!;
        Unwait(piece);
        return Grant(piece, worker, now);
    }

    /// <summary>Gives a worker that has nothing what another one has fetched ahead and not begun, the longest first; null where there is none. The other's lease is withdrawn.</summary>
    public LeaseGrant<T>? TakeOver(string worker, IReadOnlyList<int> lanes, TimeSpan now)
    {
        if (_ahead.Count == 0 || HeldBy(worker) > 0 || _ahead.Where(lease => lanes.Contains(lease.Piece.Lane)).MinBy(lease => (-lease.Piece.Cost, lease.Piece.Order)) is not { } ahead)
        {
            return null;
        }

        Withdraw(ahead, now);
        return Grant(ahead.Piece, worker, now);
    }

    /// <summary>Gives a worker that has nothing a second lease of the straggler that was begun first; null where there is none.</summary>
    public LeaseGrant<T>? TakeStraggler(string worker, IReadOnlyList<int> lanes, TimeSpan now)
    {
        if (HeldBy(worker) > 0)
        {
            return null;
        }

        var slow = _held.Values.Select(held => held[0]).Where(lease => lanes.Contains(lease.Piece.Lane) && IsStraggler(lease, now)).MinBy(lease => (lease.Begun, lease.Piece.Order));
        return slow is null ? null : Grant(slow.Piece, worker, now);
    }

    /// <summary>A worker says that it still works; false where the lease is no longer its own, or its time is over.</summary>
    public bool Renew(T work, Attempt attempt, TimeSpan now)
    {
        if (Find(work, attempt) is not { } lease || IsOverrun(lease, now))
        {
            return false;
        }

        lease.Until = lease.IsComputed ? lease.Until : now + rules.Silence;
        return true;
    }

    /// <summary>A worker has done a piece, whose result is still to be taken over; false where the lease is no longer its own.</summary>
    public bool Compute(T work, Attempt attempt, TimeSpan now)
    {
        if (Find(work, attempt) is not { IsComputed: false } lease)
        {
            return false;
        }

        Observe(lease, now);
        lease.IsComputed = true;
        lease.Until = now + rules.Longest;
        LetGo(lease, now);
        return true;
    }

    /// <summary>Whether a result is the awaited one; true exactly once for each piece of work. Its other lease is withdrawn.</summary>
    public bool Finish(T work, Attempt attempt, TimeSpan now)
    {
        if (Find(work, attempt) is not { } lease)
        {
            return false;
        }

        if (!lease.IsComputed)
        {
            Observe(lease, now);
        }

        End(lease, now);
        Remove(lease.Piece, now);
        return true;
    }

    /// <summary>What a worker's failure leads to.</summary>
    public FailureVerdict Fail(T work, Attempt attempt, TimeSpan now)
    {
        if (Find(work, attempt) is not { } lease)
        {
            return FailureVerdict.Ignored;
        }

        End(lease, now);
        if (++lease.Piece.Failures >= rules.FailureBudget)
        {
            Remove(lease.Piece, now);
            return FailureVerdict.Exhausted;
        }

        Return(lease.Piece);
        return FailureVerdict.Again;
    }

    /// <summary>Takes back one lease, at no cost to any budget, if that attempt still has it.</summary>
    public bool Release(T work, Attempt attempt, TimeSpan now)
    {
        if (Find(work, attempt) is not { } lease)
        {
            return false;
        }

        End(lease, now);
        Return(lease.Piece);
        return true;
    }

    /// <summary>Takes back every lease of some workers, at no cost to any budget.</summary>
    /// <param name="ofWorker">Whose.</param>
    /// <param name="died">The node that died with them; null where they left in order.</param>
    /// <param name="now">The time.</param>
    public WorkLoss<T> Release(Func<string, bool> ofWorker, string? died, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(ofWorker);
        var lost = _pieces.Values.SelectMany(piece => piece.Leases).Where(lease => ofWorker(lease.Worker)).ToList();
        if (died is not null)
        {
            // Before any lease ends: what was fetched ahead begins with the end of the one before it.
            var under = lost.Where(lease => lease is { Begun: not null, IsComputed: false }).Select(lease => lease.Piece);
            foreach (var piece in _pieces.Values.Where(piece => piece.Silent.Any(ofWorker)).Concat(under))
            {
                piece.Died.Add(died);
            }
        }

        foreach (var lease in lost)
        {
            End(lease, now);
            Return(lease.Piece);
        }

        List<(T, IReadOnlyList<string>)> aside = [];
        foreach (var piece in _pieces.Values.Where(piece => piece.Died.Count >= rules.Deaths).ToList())
        {
            Remove(piece, now);
            aside.Add((piece.Work, [.. piece.Died]));
        }

        return new WorkLoss<T>(lost.Count, aside);
    }

    /// <summary>Takes back every lease whose time is over.</summary>
    public IReadOnlyList<LeaseHolder<T>> Expire(TimeSpan now)
    {
        var over = _pieces.Values.SelectMany(piece => piece.Leases).Where(lease => lease.Until <= now).ToList();
        foreach (var lease in over)
        {
            lease.Piece.Overruns += IsOverrun(lease, now) ? 1 : 0;
            if (lease is { Begun: not null, IsComputed: false })
            {
                lease.Piece.Silent.Add(lease.Worker);
            }

            End(lease, now);
            Return(lease.Piece);
        }

        return [.. over.Select(lease => new LeaseHolder<T>(lease.Piece.Work, lease.Attempt, lease.Worker))];
    }

    /// <summary>Forgets work, whoever does it.</summary>
    public void Forget(T work, TimeSpan now)
    {
        if (_pieces.TryGetValue(work, out var piece))
        {
            Remove(piece, now);
        }
    }

    /// <summary>Forgets all work.</summary>
    public void Clear(TimeSpan now)
    {
        foreach (var work in _pieces.Keys.ToList())
        {
            Forget(work, now);
        }
    }

    private Lane OfLane(int number)
    {
        if (!_lanes.TryGetValue(number, out var lane))
        {
            _lanes[number] = lane = new Lane();
        }

        return lane;
    }

    private LeaseGrant<T> Grant(WorkPiece<T> piece, string worker, TimeSpan now)
    {
        piece.Attempt = piece.Attempt.Next();
        if (!_held.TryGetValue(worker, out var held))
        {
            _held[worker] = held = [];
        }

        var lease = new WorkLease<T>(piece, piece.Attempt, worker) { Begun = held.Count == 0 ? now : null, Until = now + rules.Silence };
        held.Add(lease);
        if (lease.Begun is null)
        {
            _ahead.Add(lease);
        }

        piece.Leases.Add(lease);
        return new LeaseGrant<T>(piece.Work, piece.Attempt);
    }

    private WorkLease<T>? Find(T work, Attempt attempt) => _pieces.TryGetValue(work, out var piece) ? piece.Leases.Find(lease => lease.Attempt == attempt) : null;

    private bool IsStraggler(WorkLease<T> lease, TimeSpan now) =>
        rules.StragglerFactor > 0 && lease.Piece.Leases.Count == 1 && lease.Begun is { } begun && !rules.OnceLanes.Contains(lease.Piece.Lane)
        && OfLane(lease.Piece.Lane).Pace.Usual(lease.Piece.Cost) is { } usual && now - begun > usual * rules.StragglerFactor && now - begun > rules.LeastStraggler;

    // Each attempt that was cut short doubles the time of the next, so that work which is only slow ends as well.
    private bool IsOverrun(WorkLease<T> lease, TimeSpan now)
    {
        var limit = rules.Longest;
        if (OfLane(lease.Piece.Lane).Pace.Usual(lease.Piece.Cost) is { } usual)
        {
            var measured = Math.Max(usual.TotalSeconds * rules.Patience, rules.Shortest.TotalSeconds) * Math.Pow(2, lease.Piece.Overruns);
            limit = measured < limit.TotalSeconds ? TimeSpan.FromSeconds(measured) : limit;
        }

        return lease is { Begun: { } begun, IsComputed: false } && now - begun >= limit;
    }

    private void Observe(WorkLease<T> lease, TimeSpan now)
    {
        if (lease.Begun is { } begun)
        {
            OfLane(lease.Piece.Lane).Pace.Observe(lease.Piece.Cost, now - begun);
        }
    }

    private void Withdraw(WorkLease<T> lease, TimeSpan now)
    {
        if (!lease.IsComputed)
        {
            Withdrawn.Enqueue(new LeaseHolder<T>(lease.Piece.Work, lease.Attempt, lease.Worker));
        }

        End(lease, now);
    }

    private void End(WorkLease<T> lease, TimeSpan now)
    {
        lease.Piece.Leases.Remove(lease);
        LetGo(lease, now);
    }

    // The next lease of a worker begins where the one before it ends.
    private void LetGo(WorkLease<T> lease, TimeSpan now)
    {
        if (!_held.TryGetValue(lease.Worker, out var held) || !held.Remove(lease))
        {
            return;
        }

        _ahead.Remove(lease);
        if (held.Count == 0)
        {
            _held.Remove(lease.Worker);
            return;
        }

        held[0].Begun ??= now;
        _ahead.Remove(held[0]);
    }

    private void Return(WorkPiece<T> piece)
    {
        if (piece.Leases.Count == 0)
        {
            piece.CameBack = true;
            Wait(piece);
        }
    }

    private void Wait(WorkPiece<T> piece)
    {
        if (OfLane(piece.Lane).Waiting.Add(piece))
        {
            WaitingCount++;
        }
    }

    private void Unwait(WorkPiece<T> piece)
    {
        if (OfLane(piece.Lane).Waiting.Remove(piece))
        {
            WaitingCount--;
        }
    }

    private void Remove(WorkPiece<T> piece, TimeSpan now)
    {
        Unwait(piece);
        foreach (var lease in piece.Leases.ToList())
        {
            Withdraw(lease, now);
        }

        _pieces.Remove(piece.Work);
    }

    private sealed class Lane
    {
        internal SortedSet<WorkPiece<T>> Waiting { get; } = new(Comparer<WorkPiece<T>>.Create(WorkPiece<T>.Compare));

        internal WorkPace Pace { get; } = new();

        internal long Served { get; set; }
    }
}
