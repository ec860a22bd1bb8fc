namespace R2ec.Distributed.Core.Runs;

/// <summary>What a model-free scorer reaches.</summary>
/// <param name="Name">popularity, last_item, co_occurrence or markov.</param>
/// <param name="Metrics">valid/ndcg@10 and so on.</param>
public sealed record BaselineMetrics(string Name, IReadOnlyList<Metric> Metrics);
