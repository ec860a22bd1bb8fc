using R2ec.Distributed.Core.Ports;

namespace R2ec.Distributed.Core.Runs;

/// <summary>A group as it is stored and trained on.</summary>
/// <param name="Rollout">Its chains.</param>
/// <param name="Rewards">What each is worth, in the same order.</param>
public sealed record ScoredGroup(GroupRollout Rollout, IReadOnlyList<CompletionReward> Rewards);
