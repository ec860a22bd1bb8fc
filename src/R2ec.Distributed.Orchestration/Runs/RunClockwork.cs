using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Cluster;

namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>How long the parts of a step take, by a monotonic clock. For people only: none of it is part of the bits.</summary>
/// <param name="clock">The clock.</param>
internal sealed class RunClockwork(TimeProvider clock)
{
    private readonly Dictionary<int, long> _planned = [];
    private readonly Dictionary<int, long> _generated = [];
    private readonly Dictionary<string, long> _issued = [];
    private readonly long _began = clock.GetTimestamp();
    private IReadOnlyList<Metric> _gauge = [];
    private (int Step, long At)? _training;
    private long? _trained;
    private TimeSpan _journal;
    private TimeSpan _idle;
    private long? _idleSince;
    private int _dropped;

    internal void Issued(string order) => _issued[order] = clock.GetTimestamp();

    /// <summary>What the run waits for.</summary>
    internal IReadOnlyList<WaitFact> Waits(RunState state, bool restoring, IReadOnlyCollection<string> issued) => restoring
        ? [new WaitFact($"run {state.Run}", $"the learner to come back to {state.Position} in epoch {state.Epoch}", Since("restore"), null, "while the learner shows signs of life; without one for two leases its seat is given to another")]
        : [.. issued.DefaultIfEmpty("the journal").Select(order => new WaitFact($"run {state.Run}", order, Since(order), null, "while those who hold the work show signs of life; without one for a lease it is given to others"))];

    internal void Planned(int step) => _planned[step] = clock.GetTimestamp();

    internal void Dropped(int groups) => _dropped += groups;

    /// <summary>A write is done: how long it took, and which planned steps are whole by now.</summary>
    internal void Journaled(TimeSpan took, RunState state)
    {
        _journal += took;
        var missing = false;
        foreach (var step in state.Planned)
        {
            if (step.MissingCount > 0)
            {
                missing = true;
            }
            else
            {
                _generated.TryAdd(step.Step, clock.GetTimestamp());
            }
        }

        _idle += missing && _idleSince is { } since ? clock.GetElapsedTime(since) : TimeSpan.Zero;
        _idleSince = missing ? null : _idleSince ?? clock.GetTimestamp();
    }

    /// <summary>The learner gets a step.</summary>
    internal void Training(int step, RunState state) => (_training, _gauge) = ((step, clock.GetTimestamp()), StalenessGauge.Of(state));

    /// <summary>The times of the step that was just trained; those that began before this process are left out.</summary>
    internal IReadOnlyList<Metric> Trained(int step, RunState state, IReadOnlyList<Metric> metrics)
    {
        var times = new List<Metric>();
        var tokens = metrics.Where(metric => metric.Name == "rollout/tokens").Sum(metric => metric.Value);
        var training = _training is { } last && last.Step == step ? last.At : (long?)null;
        if (state.Plan!.Mode == TrainingMode.Sync)
        {
            Alone(times, step, training, tokens);
        }
        else
        {
            Overlapped(times, step, training, tokens, state.Plan.Mode);
        }

        if (training is { } began)
        {
            times.Add(new Metric("time/train_s", clock.GetElapsedTime(began).TotalSeconds));
        }

        times.Add(new Metric("time/journal_s", _journal.TotalSeconds));
        times.Add(new Metric("memory/peak_mb", PeakBytes() / 1048576.0));
        (_journal, _idle, _dropped, _trained) = (TimeSpan.Zero, TimeSpan.Zero, 0, clock.GetTimestamp());
        _idleSince = _idleSince is null ? null : _trained;
        Forget(_planned, step);
        Forget(_generated, step);
        return times;
    }

    private static void Forget(Dictionary<int, long> times, int step)
    {
        foreach (var old in times.Keys.Where(other => other <= step).ToList())
        {
            times.Remove(old);
        }
    }

    private void Alone(List<Metric> times, int step, long? training, double tokens)
    {
        if (_planned.TryGetValue(step, out var planned) && training is { } collected)
        {
            var rollout = clock.GetElapsedTime(planned, collected).TotalSeconds;
            times.Add(new Metric("time/step_s", clock.GetElapsedTime(planned).TotalSeconds));
            times.Add(new Metric("time/rollout_s", rollout));
            times.Add(new Metric("rate/tokens_per_s", tokens / Math.Max(rollout, 1e-9)));
        }
    }

    private void Overlapped(List<Metric> times, int step, long? training, double tokens, TrainingMode mode)
    {
        if (_trained is { } before)
        {
            var whole = clock.GetElapsedTime(before).TotalSeconds;
            times.Add(new Metric("time/step_s", whole));
            times.Add(new Metric("rate/tokens_per_s", tokens / Math.Max(whole, 1e-9)));
            times.Add(new Metric("time/rollout_idle_s", (_idle + (_idleSince is { } since ? clock.GetElapsedTime(since) : TimeSpan.Zero)).TotalSeconds));
            if (training is { } began)
            {
                times.Add(new Metric("time/learner_idle_s", clock.GetElapsedTime(before, began).TotalSeconds));
            }
        }

        if (mode == TrainingMode.OneStepOff && _planned.TryGetValue(step, out var planned) && _generated.TryGetValue(step, out var generated))
        {
            times.Add(new Metric("time/rollout_s", clock.GetElapsedTime(planned, generated).TotalSeconds));
        }

        times.AddRange(_gauge);
        times.Add(new Metric("staleness/dropped", _dropped));
    }

    private TimeSpan Since(string order) => clock.GetElapsedTime(_issued.TryGetValue(order, out var issued) ? issued : _began);

    private static long PeakBytes()
    {
        using var self = System.Diagnostics.Process.GetCurrentProcess();
        return self.PeakWorkingSet64;
    }
}
