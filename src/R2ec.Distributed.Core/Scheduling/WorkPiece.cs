using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Core.Scheduling;

/// <summary>A piece of work of a <see cref="WorkLedger{T}"/> that has not ended.</summary>
internal sealed class WorkPiece<T>(T work, int lane, double cost, long wave, long order)
{
    internal T Work { get; } = work;

    internal int Lane { get; } = lane;

    internal double Cost { get; } = cost;

    /// <summary>What was asked for together with it.</summary>
    internal long Wave { get; } = wave;

    /// <summary>Place in the order in which work was added.</summary>
    internal long Order { get; } = order;

    /// <summary>Whether it was given out before and came back: then it goes first.</summary>
    internal bool CameBack { get; set; }

    internal Attempt Attempt { get; set; }

    internal int Failures { get; set; }

    /// <summary>Attempts that took longer than allowed.</summary>
    internal int Overruns { get; set; }

    internal List<WorkLease<T>> Leases { get; } = [];

    /// <summary>Workers that fell silent while they worked on it.</summary>
    internal HashSet<string> Silent { get; } = [];

    /// <summary>Nodes that died while they worked on it.</summary>
    internal SortedSet<string> Died { get; } = new(StringComparer.Ordinal);

    /// <summary>What waits: what came back first, then the earliest wave, of it the longest, then the oldest.</summary>
    internal static int Compare(WorkPiece<T>? left, WorkPiece<T>? right) =>
        left!.CameBack != right!.CameBack ? (left.CameBack ? -1 : 1)
        : left.Wave != right.Wave ? left.Wave.CompareTo(right.Wave)
        : left.Cost != right.Cost ? right.Cost.CompareTo(left.Cost)
        : left.Order.CompareTo(right.Order);
}

/// <summary>A lease of such a piece.</summary>
internal sealed class WorkLease<T>(WorkPiece<T> piece, Attempt attempt, string worker)
{
    internal WorkPiece<T> Piece { get; } = piece;

    internal Attempt Attempt { get; } = attempt;

    internal string Worker { get; } = worker;

    /// <summary>When its worker began; null while it still works on an earlier lease.</summary>
    internal TimeSpan? Begun { get; set; }

    internal TimeSpan Until { get; set; }

    /// <summary>Whether it was computed, and only its result is on its way.</summary>
    internal bool IsComputed { get; set; }
}
