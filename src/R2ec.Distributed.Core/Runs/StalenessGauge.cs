namespace R2ec.Distributed.Core.Runs;

/// <summary>How old what is in work is, measured against the policy of record.</summary>
public static class StalenessGauge
{
    /// <summary>Groups that are being generated and groups that wait for a later step: their numbers and their ages in versions.</summary>
    /// <param name="state">The run whose next step is about to be trained; that step's own groups are in neither.</param>
    /// <returns>Metrics that begin with <c>time/</c>: when a step begins depends on the machine.</returns>
    public static IReadOnlyList<Metric> Of(RunState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var flying = new List<int>();
        var queued = new List<int>();
        foreach (var step in state.Planned.Where(step => state.Plan?.Mode == TrainingMode.Async || step.Step > state.Step + 1))
        {
            foreach (var group in Enumerable.Range(0, step.Samples.Count).Where(group => !step.Ended.Contains(group)))
            {
                (step.IsMissing(group) ? flying : queued).Add(state.Step - step.Version);
            }
        }

        return
        [
            new Metric("time/in_flight_groups", flying.Count), .. Row("time/in_flight_staleness_", Staleness.Of(flying)),
            new Metric("time/queue_groups", queued.Count), .. Row("time/queue_staleness_", Staleness.Of(queued)),
        ];
    }

    /// <summary>Least, mean and greatest age under a name.</summary>
    public static IReadOnlyList<Metric> Row(string name, Staleness age)
    {
        ArgumentNullException.ThrowIfNull(age);
        return [new Metric(name + "min", age.Least), new Metric(name + "mean", age.Mean), new Metric(name + "max", age.Most)];
    }
}
