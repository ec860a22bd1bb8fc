namespace R2ec.Distributed.Core.Ports;

/// <summary>Model-free scorers, fitted on the training samples, measured by the same ranking as the policy.</summary>
public interface IBaselines
{
    /// <summary>Measures every baseline; one row each, with its name under "baseline" and flat metric names (valid/ndcg@10 …).</summary>
    Task<IReadOnlyList<(string Name, IReadOnlyDictionary<string, double> Metrics)>> MeasureAsync(CancellationToken stop);
}
