using R2ec.Distributed.Core.RecPo;

namespace R2ec.Distributed.Core.Evaluation;

/// <summary>The rank of a target in the full catalogue.</summary>
public static class Ranks
{
    /// <summary>1 + number of unmasked items with a higher score, or an equal score and a smaller id.</summary>
    /// <param name="scores">float32 (N + 1): column = item id, column 0 (padding) is ignored.</param>
    /// <param name="target">1 to N; never masked, also when it was seen.</param>
    /// <param name="seen">Items that are masked, 0 to N; may repeat.</param>
    /// <exception cref="NonFiniteScoreException">A score of an item, masked or not, is NaN or infinite.</exception>
    public static int Of(ReadOnlySpan<float> scores, int target, ReadOnlySpan<int> seen)
    {
        using var masked = new MaskedScores(scores, target, seen);
        return masked.Rank();
    }
}
