namespace R2ec.Distributed.Node.Cluster;

/// <summary>What the supervisor knows of a node: state.json in the node's folder. Only the holder of the supervisor's lock writes it.</summary>
internal sealed record NodeState
{
    /// <summary>What the process is to be.</summary>
    public NodeDesire Desired { get; init; }

    /// <summary>The process; 0 where there is none.</summary>
    public int Pid { get; init; }

    /// <summary>When the process began, in the kernel's ticks since boot: a process that got the same number later is not taken for it.</summary>
    public long StartedTicks { get; init; }

    /// <summary>When it was started.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>Before this it is not started again.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>Deaths in a row soon after the start.</summary>
    public int EarlyDeaths { get; init; }

    /// <summary>Deaths that the budget still counts.</summary>
    public IReadOnlyList<DateTimeOffset> Restarts { get; init; } = [];

    /// <summary>When a process that was asked to end is killed.</summary>
    public DateTimeOffset? KillAt { get; init; }

    /// <summary>What the last process ended with; null where nobody saw it.</summary>
    public int? LastExit { get; init; }
}
