using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Core.Runs;

/// <summary>A run as <c>runs show</c> tells it.</summary>
/// <param name="Run">Its name.</param>
/// <param name="Phase">What it is doing.</param>
/// <param name="Step">RL steps trained.</param>
/// <param name="Steps">RL steps of the plan as it stands.</param>
/// <param name="Weights">Digest of the policy after its last trained step; null before there is one.</param>
/// <param name="Metrics">The last of each.</param>
/// <param name="Reason">Why it paused or failed; else empty.</param>
/// <param name="State">All of it.</param>
public sealed record RunSummary(RunId Run, RunPhase Phase, int Step, int Steps, Digest? Weights, IReadOnlyList<Metric> Metrics, string Reason, RunState State)
{
    /// <summary>The summary of a run's facts.</summary>
    /// <param name="run">The run.</param>
    /// <param name="facts">Its whole journal.</param>
    /// <param name="alive">Whether a process holds the run: one that runs without a process was interrupted.</param>
    public static RunSummary Of(RunId run, IReadOnlyList<IRunEvent> facts, bool alive)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var state = facts.Aggregate(new RunState(run), (at, fact) => at.Apply(fact));
        var phase = state.Phase == RunPhase.Running && !alive ? RunPhase.Interrupted : state.Phase;
        return new RunSummary(run, phase, state.Step, state.Steps, state.Weights, MetricsProjection.Last(facts), state.Reason, state);
    }
}
