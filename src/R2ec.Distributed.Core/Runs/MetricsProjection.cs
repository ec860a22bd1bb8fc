namespace R2ec.Distributed.Core.Runs;

/// <summary>The rows of metrics.jsonl: a pure function of the journal, in its order.</summary>
public static class MetricsProjection
{
    /// <summary>The rows that a fact adds.</summary>
    public static IEnumerable<MetricRow> Rows(IRunEvent fact) => fact switch
    {
        RunEvents.BaselinesMeasured e => e.Baselines.Select(baseline => new MetricRow("baseline", 0, baseline.Name, baseline.Metrics, e.At)),
        RunEvents.WarmStartAdvanced e => [new MetricRow("warm_start", e.Step, null, e.Metrics, e.At)],
        RunEvents.StepTrained e => [new MetricRow("train", e.Step, null, e.Metrics, e.At)],
        RunEvents.Evaluated e => [new MetricRow("evaluate", e.Step, null, e.Metrics, e.At)],
        _ => [],
    };

    /// <summary>The last value of every name, those of baselines under <c>baseline/NAME/</c>, in order of first appearance.</summary>
    public static IReadOnlyList<Metric> Last(IEnumerable<IRunEvent> facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var order = new List<string>();
        var last = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var row in facts.SelectMany(Rows))
        {
            foreach (var metric in row.Metrics.Where(metric => double.IsFinite(metric.Value)))
            {
                var name = row.Baseline is null ? metric.Name : $"baseline/{row.Baseline}/{metric.Name}";
                if (last.TryAdd(name, metric.Value))
                {
                    order.Add(name);
                }

                last[name] = metric.Value;
            }
        }

        return [.. order.Select(name => new Metric(name, last[name]))];
    }
}
