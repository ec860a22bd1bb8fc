using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Orchestration.Learning;

/// <summary>What a step is trained on.</summary>
/// <param name="Policy">The weights that made its groups, which are those that it trains.</param>
/// <param name="Payloads">Its groups' payloads in the order of the plan.</param>
public sealed record StepGroups(Digest Policy, IReadOnlyList<Digest> Payloads);
