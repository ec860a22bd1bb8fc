namespace R2ec.Distributed.Core.Spec.Sections;

/// <summary>What a chain is worth beside the fused RecPO reward.</summary>
public sealed record RewardsSpec
{
    /// <summary>Weight of the fused reward.</summary>
    [SpecKey("Weight of the fused RecPO reward beside the terms.", Min = 0, Max = 1000)]
    public double RecpoWeight { get; init; } = 1;

    /// <summary>What a rejected chain is worth.</summary>
    [SpecKey("Reward of a chain that a term rejects, whatever else it is worth.", Min = -1000, Max = 1000)]
    public double RejectedReward { get; init; }

    /// <summary>Further terms.</summary>
    [SpecKey("Further terms: each adds its weight times its value to the reward of a chain.")]
    public IReadOnlyList<RewardTermSpec> Terms { get; init; } = [];
}
