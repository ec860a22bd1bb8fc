namespace R2ec.Distributed.Core.Runs;

/// <summary>What a model-free scorer reaches.</summary>
/// <param name="Name">popularity, last_item, co_occurrence or markov.</param>
/// <param name="Metrics">valid/ndcg@10 and so on.</param>
public sealed record BaselineMetrics(string Name, IReadOnlyList<Metric> Metrics)
{
    /// <summary>The metrics in order of their names, so that a row does not depend on how a dictionary hashes.</summary>
    public static BaselineMetrics Of(string name, IReadOnlyDictionary<string, double> metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        return new BaselineMetrics(name, [.. metrics.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => new Metric(pair.Key, pair.Value))]);
    }
}
