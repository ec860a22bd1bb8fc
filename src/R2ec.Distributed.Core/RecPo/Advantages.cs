namespace R2ec.Distributed.Core.RecPo;

/// <summary>Group-relative advantages, in double precision.</summary>
/// <remarks>Source: algorithms.md, section Advantage. In float32 the released formula gives groups of equal rewards advantages of up to 12.</remarks>
public static class Advantages
{
    /// <summary>Keeps the division of <see cref="AdvantageKind.Grpo"/> finite; the value is the released code's.</summary>
    private const double SmallestSpread = 1e-8;

    /// <summary>The advantage of each completion of one group.</summary>
    /// <param name="rewards">The group's rewards, at least one, finite.</param>
    /// <param name="kind">How they are compared.</param>
    /// <returns>As many advantages; all exactly 0 where the group is degenerate.</returns>
    public static double[] Of(ReadOnlySpan<double> rewards, AdvantageKind kind)
    {
        var advantages = new double[rewards.Length];
        if (IsDegenerate(rewards))
        {
            return advantages;
        }

        var count = (double)rewards.Length;
        var mean = Sum(rewards) / count;
        var squares = 0.0;
        for (var i = 0; i < advantages.Length; i++)
        {
            advantages[i] = rewards[i] - mean;
            squares += advantages[i] * advantages[i];
        }

        // R_i − mean of the others = (R_i − mean of all) · G / (G − 1).
        var scale = kind switch
        {
            AdvantageKind.Grpo => 1.0 / (Math.Sqrt(squares / (count - 1.0)) + SmallestSpread),
            AdvantageKind.Rloo => count / (count - 1.0),
            AdvantageKind.DrGrpo => 1.0,
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a kind of advantage."),
        };
        for (var i = 0; i < advantages.Length; i++)
        {
            advantages[i] *= scale;
        }

        return advantages;
    }

    /// <summary>Whether a group carries no signal: one completion, or all rewards exactly equal.</summary>
    /// <param name="rewards">The group's rewards, at least one, finite.</param>
    public static bool IsDegenerate(ReadOnlySpan<double> rewards)
    {
        if (rewards.IsEmpty)
        {
            throw new ArgumentException("A group has at least one completion.", nameof(rewards));
        }

        var equal = true;
        foreach (var reward in rewards)
        {
            if (!double.IsFinite(reward))
            {
                throw new ArgumentException($"A reward is {reward}; rewards are finite.", nameof(rewards));
            }

            equal &= reward == rewards[0];
        }

        return equal;
    }

    /// <summary>The completions of one group that the item loss relabels: the highest advantages, ties to the lower index.</summary>
    /// <param name="advantages">The group's advantages.</param>
    /// <param name="topk">How many, 1 or more; the whole group where it is smaller.</param>
    /// <returns>Their indices within the group, ascending.</returns>
    public static int[] Winners(ReadOnlySpan<double> advantages, int topk)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(topk, 1);
        var values = advantages.ToArray();
        var winners = Enumerable.Range(0, values.Length).OrderByDescending(i => values[i]).ThenBy(i => i).Take(topk).ToArray();
        Array.Sort(winners);
        return winners;
    }

    private static double Sum(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        foreach (var value in values)
        {
            sum += value;
        }

        return sum;
    }
}
