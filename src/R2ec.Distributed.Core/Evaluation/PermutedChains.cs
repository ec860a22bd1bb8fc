using R2ec.Distributed.Core.Randomness;

namespace R2ec.Distributed.Core.Evaluation;

/// <summary>The control that gives each user the chain of another: it says whether the reasoning is about this user.</summary>
public static class PermutedChains
{
    /// <summary>Whose chain each of <paramref name="count"/> samples reads: one cycle through all of them, so nobody reads his own where there are two or more.</summary>
    /// <param name="seed">The run's seed.</param>
    /// <param name="count">0 or more.</param>
    public static int[] Partner(ulong seed, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var partners = new int[count];
        for (var i = 0; i < count; i++)
        {
            partners[i] = i;
        }

        // Sattolo's variant of Fisher–Yates: never leaves an element in place, so the result is a single cycle.
        var chance = new ChanceStream(seed, ChancePurpose.PermutedChains, 0);
        for (var i = count - 1; i > 0; i--)
        {
            var j = chance.NextIndex(i);
            (partners[i], partners[j]) = (partners[j], partners[i]);
        }

        return partners;
    }
}
