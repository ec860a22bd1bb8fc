namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>Leases, budgets and beats. None of them is part of a run's bits.</summary>
public sealed record WorkOptions
{
    /// <summary>How long a lease holds without a sign of life.</summary>
    /// <value>Time, 1 s to 1 h. Default 10 s: ten beats.</value>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long one attempt may take in all.</summary>
    /// <value>Time. Default 1 h.</value>
    public TimeSpan LongestAttempt { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Beat on which leases expire and workers give signs of life.</summary>
    /// <value>Time. Default 1 s.</value>
    public TimeSpan Beat { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Failures of one piece of work, reported by a living worker, before the run pauses.</summary>
    /// <value>Count. Default 3.</value>
    public int FailureBudget { get; init; } = 3;

    /// <summary>Nodes that hold each checkpoint in a cluster, the learner's own among them; as many as there are where there are fewer.</summary>
    /// <value>Count, 1 to 16. Default 2.</value>
    public int Replicas { get; init; } = 2;

    /// <summary>Whether groups are kept although two checkpoints behind which they are not needed are held by enough nodes; a replay from the beginning needs them.</summary>
    /// <value>Default true.</value>
    public bool KeepGroups { get; init; } = true;
}
