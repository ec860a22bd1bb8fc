using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Core.Runs;

/// <summary>Where a learner stands.</summary>
/// <param name="Position">Its position.</param>
/// <param name="Weights">Digest of the policy that it holds there.</param>
public sealed record LearnerStand(RunPosition Position, Digest Weights);
