using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Core.Spec.Sections;

namespace R2ec.Distributed.Core.RewardTerms;

/// <summary>The reward that is trained on, of the fused one and the terms' values, in double precision and in the order of the spec.</summary>
public static class RewardSum
{
    /// <summary>recpo_weight · fused + Σ weight · value; a completion that any term rejects is worth rejected_reward instead.</summary>
    /// <param name="spec">Weights; its terms in the order of <paramref name="values"/>.</param>
    /// <param name="fused">The completion with its fused reward.</param>
    /// <param name="values">A value of each term; none where the spec has no terms.</param>
    public static CompletionReward Of(RewardsSpec spec, CompletionReward fused, IReadOnlyList<TermValue> values)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(fused);
        ArgumentNullException.ThrowIfNull(values);
        var sum = spec.RecpoWeight * fused.Reward;
        foreach (var (term, value) in spec.Terms.Zip(values))
        {
            sum += term.Weight * value.Value;
        }

        var reward = values.Any(value => value.IsRejected) ? spec.RejectedReward : sum;
        return fused with { Reward = reward, Terms = values.Count == 0 ? null : values };
    }
}
