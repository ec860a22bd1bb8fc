using R2ec.Distributed.Core.Ports;

namespace R2ec.Distributed.Core.RewardTerms;

/// <summary>Brevity: 1 up to a number of sampled tokens, then falling linearly to 0, which it reaches at another and keeps.</summary>
/// <param name="freeTokens">Tokens up to which it is 1.</param>
/// <param name="mostTokens">Tokens from which on it is 0; above <paramref name="freeTokens"/>.</param>
public sealed class LengthTerm(int freeTokens, int mostTokens) : IRewardTerm
{
    /// <inheritdoc/>
    public TermResult Of(GroupRollout group, int completion)
    {
        ArgumentNullException.ThrowIfNull(group);
        var over = (double)(group.Completions[completion].SampledCount - freeTokens) / (mostTokens - freeTokens);
        return new TermResult.Score(1 - Math.Clamp(over, 0, 1));
    }
}
