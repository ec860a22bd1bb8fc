using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Cluster;

namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>How long the parts of a step take, by a monotonic clock. For people only: none of it is part of the bits.</summary>
/// <param name="clock">The clock.</param>
internal sealed class RunClockwork(TimeProvider clock)
{
    private long? _planned;
    private long? _collected;
    private TimeSpan _journal;
    private long _issued = clock.GetTimestamp();

    internal void Issued() => _issued = clock.GetTimestamp();

    /// <summary>What the run waits for.</summary>
    internal WaitFact Wait(RunState state, bool restoring, string? issued)
    {
        var since = clock.GetElapsedTime(_issued);
        return restoring
            ? new WaitFact($"run {state.Run}", $"the learner to come back to {state.Position} in epoch {state.Epoch}", since, null, "while the learner shows signs of life; without one for two leases its seat is given to another")
            : new WaitFact($"run {state.Run}", issued ?? "the journal", since, null, "while those who hold the work show signs of life; without one for a lease it is given to others");
    }

    internal void Planned()
    {
        _planned = clock.GetTimestamp();
        _collected = null;
    }

    internal void Collected() => _collected = clock.GetTimestamp();

    internal void Journaled(TimeSpan took) => _journal += took;

    /// <summary>The times of the step that was just trained; those that began before this process are left out.</summary>
    internal IReadOnlyList<Metric> Trained(IReadOnlyList<Metric> metrics)
    {
        var times = new List<Metric>();
        if (_planned is { } planned && _collected is { } collected)
        {
            var rollout = clock.GetElapsedTime(planned, collected).TotalSeconds;
            times.Add(new Metric("time/step_s", clock.GetElapsedTime(planned).TotalSeconds));
            times.Add(new Metric("time/rollout_s", rollout));
            times.Add(new Metric("rate/tokens_per_s", metrics.Where(metric => metric.Name == "rollout/tokens").Sum(metric => metric.Value) / Math.Max(rollout, 1e-9)));
        }

        if (_collected is { } trained)
        {
            times.Add(new Metric("time/train_s", clock.GetElapsedTime(trained).TotalSeconds));
        }

        times.Add(new Metric("time/journal_s", _journal.TotalSeconds));
        times.Add(new Metric("memory/peak_mb", PeakBytes() / 1048576.0));
        _journal = TimeSpan.Zero;
        _planned = null;
        return times;
    }

    private static long PeakBytes()
    {
        using var self = System.Diagnostics.Process.GetCurrentProcess();
        return self.PeakWorkingSet64;
    }
}
