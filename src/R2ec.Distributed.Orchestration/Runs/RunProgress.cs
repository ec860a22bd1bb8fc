namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>Where a run is, for a progress bar.</summary>
/// <param name="Phase">baseline, warm_start, train, encode, evaluate or restore.</param>
/// <param name="Step">Steps or bundles of the phase that are done.</param>
/// <param name="Total">Of how many.</param>
/// <param name="RunStep">RL steps that are done.</param>
/// <param name="RunSteps">RL steps of the plan.</param>
/// <param name="Facts">Numbers worth showing: reward/mean, valid/ndcg@10.</param>
public sealed record RunProgress(string Phase, int Step, int Total, int RunStep, int RunSteps, IReadOnlyList<R2ec.Distributed.Core.Runs.Metric> Facts);
