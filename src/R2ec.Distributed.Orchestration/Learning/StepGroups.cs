using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Orchestration.Learning;

/// <summary>What a step is trained on.</summary>
/// <param name="Policy">The weights that it trains.</param>
/// <param name="Payloads">Its groups' payloads in their fixed order.</param>
public sealed record StepGroups(Digest Policy, IReadOnlyList<Digest> Payloads);
