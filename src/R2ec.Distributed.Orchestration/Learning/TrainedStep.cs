using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Orchestration.Learning;

/// <summary>A step that was trained.</summary>
/// <param name="Weights">Digest of the policy after it.</param>
/// <param name="Metrics">What it measured, in a fixed order.</param>
public sealed record TrainedStep(Digest Weights, IReadOnlyList<Metric> Metrics);
