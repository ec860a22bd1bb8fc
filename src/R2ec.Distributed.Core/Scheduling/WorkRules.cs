namespace R2ec.Distributed.Core.Scheduling;

/// <summary>By which rules work is given out. None of them is part of a run's bits.</summary>
public sealed record WorkRules
{
    /// <summary>How long a lease holds without a sign of life.</summary>
    public required TimeSpan Silence { get; init; }

    /// <summary>Longest time of one attempt, however alive its worker says it is, where nothing is known of the work's speed.</summary>
    public required TimeSpan Longest { get; init; }

    /// <summary>Least of what <see cref="Longest"/> is lowered to by measured speed.</summary>
    public TimeSpan Shortest { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>An attempt may take this many times the usual duration of its kind; doubled for each attempt that did not suffice.</summary>
    public double Patience { get; init; } = 10;

    /// <summary>Failures of one piece of work, reported by living workers, before it is set aside.</summary>
    public required int FailureBudget { get; init; }

    /// <summary>Nodes that may die under a piece of work before it is set aside.</summary>
    public int Deaths { get; init; } = 3;

    /// <summary>Leases that a worker may hold: the one it works on, and those it has fetched ahead.</summary>
    public int Held { get; init; } = 2;

    /// <summary>Work that takes longer than this many times its usual duration is leased a second time to a worker that is idle; 0 never.</summary>
    public double StragglerFactor { get; init; } = 3;

    /// <summary>Least duration of a straggler: shorter work is not worth a second lease.</summary>
    public TimeSpan LeastStraggler { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Lanes whose work is never leased twice.</summary>
    public IReadOnlyList<int> OnceLanes { get; init; } = [];
}
