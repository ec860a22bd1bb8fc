namespace R2ec.Distributed.Node.Cluster;

/// <summary>When a node is started, started again, left alone: pure functions on its state. A process that ends with 0 while it is to run was drained.</summary>
internal static class RestartRules
{
    /// <summary>A death sooner than this after the start counts as an early one.</summary>
    public static readonly TimeSpan Early = TimeSpan.FromSeconds(10);

    /// <summary>How far back deaths count.</summary>
    public static readonly TimeSpan BudgetSpan = TimeSpan.FromMinutes(10);

    /// <summary>How long a process that was asked to end may take: its drain of 90 s, and some.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);

    /// <summary>Deaths within the span after which a node is retired.</summary>
    public const int Budget = 20;

    private static readonly int[] BackoffSeconds = [0, 0, 1, 2, 4, 8, 15];

    /// <summary>A process of the node lives.</summary>
    public static NodeState Started(NodeState state, int pid, long ticks, DateTimeOffset now) =>
        state with { Desired = NodeDesire.Run, Pid = pid, StartedTicks = ticks, StartedAt = now, NotBefore = null, KillAt = null };

    /// <summary>Its process ended.</summary>
    /// <param name="state">The state before.</param>
    /// <param name="code">What it ended with; null where nobody saw it, which counts as a death.</param>
    /// <param name="now">The time.</param>
    public static NodeState Ended(NodeState state, int? code, DateTimeOffset now)
    {
        var gone = state with { Pid = 0, StartedTicks = 0, KillAt = null, LastExit = code };
        return state.Desired switch
        {
            NodeDesire.Restart => gone with { Desired = NodeDesire.Run, NotBefore = null },
            NodeDesire.Run when code == 0 => gone with { Desired = NodeDesire.Drained, EarlyDeaths = 0, NotBefore = null },
            NodeDesire.Run => Died(gone, now),
            _ => gone,
        };
    }

    /// <summary>A person wants it to run, whatever kept it away.</summary>
    public static NodeState Readmitted(NodeState state) =>
        state.Desired is NodeDesire.Restart ? state : state with { Desired = NodeDesire.Run, NotBefore = null, EarlyDeaths = 0, Restarts = [] };

    /// <summary>A person wants another process in its place.</summary>
    public static NodeState RestartAsked(NodeState state, DateTimeOffset now) =>
        state.Pid == 0 ? Readmitted(state) : state with { Desired = NodeDesire.Restart, KillAt = now + Patience, EarlyDeaths = 0, Restarts = [] };

    /// <summary>Whether a process is to be started now.</summary>
    public static bool IsDue(NodeState state, DateTimeOffset now) => state is { Pid: 0, Desired: NodeDesire.Run } && (state.NotBefore is not { } until || now >= until);

    /// <summary>Whether its process had its time to end and is to be killed.</summary>
    public static bool IsOverdue(NodeState state, DateTimeOffset now) => state is { Pid: > 0, KillAt: { } until } && now >= until;

    /// <summary>How many more deaths it is started again after.</summary>
    public static int Left(NodeState state, DateTimeOffset now) => state.Desired == NodeDesire.Retired ? 0 : Budget - Math.Min(Budget, state.Restarts.Count(at => now - at < BudgetSpan));

    private static NodeState Died(NodeState gone, DateTimeOffset now)
    {
        var early = gone.StartedAt is { } began && now - began < Early ? gone.EarlyDeaths + 1 : 0;
        DateTimeOffset[] counted = [.. gone.Restarts.Where(at => now - at < BudgetSpan)];
        return counted.Length >= Budget
            ? gone with { Desired = NodeDesire.Retired, EarlyDeaths = early, Restarts = counted, NotBefore = null }
            : gone with
            {
                EarlyDeaths = early,
                Restarts = [.. counted, now],
                NotBefore = now + TimeSpan.FromSeconds(BackoffSeconds[Math.Min(early, BackoffSeconds.Length - 1)]),
            };
    }
}
