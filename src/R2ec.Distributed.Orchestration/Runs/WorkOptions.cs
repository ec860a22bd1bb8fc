namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>Leases, budgets and beats. None of them is part of a run's bits.</summary>
public sealed record WorkOptions
{
    /// <summary>How long a lease holds without a sign of life.</summary>
    /// <value>Time, 1 s to 1 h. Default 10 s: ten beats.</value>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one attempt may take in all, where the run's own durations do not say less: ten times what a kind of work usually takes, at least a minute.</summary>
    /// <value>Time. Default 1 h.</value>
    public TimeSpan LongestAttempt { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Leases that a worker holds: the one it works on, and those it has fetched ahead.</summary>
    /// <value>Count, 1 or 2. Default 2.</value>
    public int Held { get; init; } = 2;

    /// <summary>Work that takes longer than this many times its usual duration, and two seconds, is leased a second time to a worker that is idle. Rewards are not.</summary>
    /// <value>Factor, 0 (never) or from 1. Default 3.</value>
    public double StragglerFactor { get; init; } = 3;

    /// <summary>Beat on which leases expire and workers give signs of life.</summary>
    /// <value>Time. Default 1 s.</value>
    public TimeSpan Beat { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Failures of one piece of work, reported by a living worker, before the run pauses.</summary>
    /// <value>Count. Default 3.</value>
    public int FailureBudget { get; init; } = 3;

    /// <summary>Nodes that hold each checkpoint in a cluster, the learner's own among them; as many as there are where there are fewer.</summary>
    /// <value>Count, 1 to 16. Default 2.</value>
    public int Replicas { get; init; } = 2;

    /// <summary>Events after which a run keeps a snapshot of its state, or a twentieth of its journal where that is more.</summary>
    /// <value>Count, 0 (never) or from 1. Default 1,000.</value>
    public int SnapshotEvents { get; init; } = 1000;

    /// <summary>Whether groups are kept although two checkpoints behind which they are not needed are held by enough nodes; a replay from the beginning needs them.</summary>
    /// <value>Default true.</value>
    public bool KeepGroups { get; init; } = true;
}
