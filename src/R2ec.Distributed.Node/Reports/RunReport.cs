namespace R2ec.Distributed.Node.Reports;

/// <summary>All that the report's page shows: a pure function of it.</summary>
/// <param name="Run">The run's name.</param>
/// <param name="State">Its state, as `runs show` says it.</param>
/// <param name="Step">RL steps trained.</param>
/// <param name="Steps">RL steps planned.</param>
/// <param name="Weights">Digest of the policy; empty before there is one.</param>
/// <param name="At">When the page was written.</param>
/// <param name="Rows">The rows of metrics.jsonl.</param>
/// <param name="Chains">The lines of samples.jsonl.</param>
/// <param name="SpecGiven">The spec as given.</param>
/// <param name="SpecResolved">The spec as resolved.</param>
/// <param name="Numerics">What fixes the bits, by name.</param>
internal sealed record RunReport(
    string Run,
    string State,
    int Step,
    int Steps,
    string Weights,
    DateTimeOffset At,
    IReadOnlyList<MetricsRow> Rows,
    IReadOnlyList<ChainSample> Chains,
    string SpecGiven,
    string SpecResolved,
    IReadOnlyDictionary<string, string> Numerics)
{
    /// <summary>Rows of one phase.</summary>
    public IReadOnlyList<MetricsRow> Of(string phase) => [.. Rows.Where(r => r.Phase == phase)];
}
