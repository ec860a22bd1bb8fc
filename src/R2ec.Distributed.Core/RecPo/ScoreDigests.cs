using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using R2ec.Distributed.Core.Numerics;

namespace R2ec.Distributed.Core.RecPo;

/// <summary>Makes digests of score rows.</summary>
public static class ScoreDigests
{
    // exp(−60) times a catalogue of a billion items is below the last bit of a sum that holds exp(0).
    private const float NegligibleBelowMaximum = 60f;

    /// <summary>The digest of one row of scores.</summary>
    /// <param name="scores">float32 (N + 1): column = item id, column 0 (padding) is ignored whatever it holds.</param>
    /// <param name="target">The item that was bought, 1 to N. Never masked, also when it was seen.</param>
    /// <param name="seen">Items of the history window, 0 to N; may repeat.</param>
    /// <param name="topCount">How many best items to keep, 0 or more.</param>
    /// <exception cref="NonFiniteScoreException">A score of an item, masked or not, is NaN or infinite.</exception>
    public static ScoreDigest Of(ReadOnlySpan<float> scores, int target, ReadOnlySpan<int> seen, int topCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(topCount);
        using var masked = new MaskedScores(scores, target, seen);
        var keys = new ulong[Math.Min(topCount, scores.Length - 1)];
        var count = DescendingKeys.Best(masked.Row, keys);
        var ids = new int[count];
        var best = new float[count];
        for (var i = 0; i < count; i++)
        {
            (ids[i], best[i]) = (DescendingKeys.Id(keys[i]), scores[DescendingKeys.Id(keys[i])]);
        }

        return new ScoreDigest(scores[target], masked.Rank(), LogSumExp(masked.Row), ids, best);
    }

    private static double LogSumExp(ReadOnlySpan<float> row)
    {
        var vectors = MemoryMarshal.Cast<float, Vector256<float>>(row);
        var rest = row[(vectors.Length * Vector256<float>.Count)..];
        var maximum = Maximum(vectors, rest);
        var shift = Vector256.Create((double)maximum);
        var bound = Vector256.Create(maximum - NegligibleBelowMaximum);
        var sums = Vector256<double>.Zero;
        foreach (var vector in vectors)
        {
            if (Vector256.GreaterThanAny(vector, bound))
            {
                var (lower, upper) = Vector256.Widen(vector);
                sums += PortableMath.Exp(lower - shift) + PortableMath.Exp(upper - shift);
            }
        }

        var sum = (sums[0] + sums[1]) + (sums[2] + sums[3]);
        foreach (var score in rest)
        {
            sum += PortableMath.Exp((double)score - maximum);
        }

        return maximum + PortableMath.Log(sum);
    }

    private static float Maximum(ReadOnlySpan<Vector256<float>> vectors, ReadOnlySpan<float> rest)
    {
        var highest = Vector256.Create(float.NegativeInfinity);
        foreach (var vector in vectors)
        {
            highest = Vector256.MaxNative(highest, vector);
        }

        var maximum = float.NegativeInfinity;
        for (var lane = 0; lane < Vector256<float>.Count; lane++)
        {
            maximum = Math.Max(maximum, highest[lane]);
        }

        foreach (var score in rest)
        {
            maximum = Math.Max(maximum, score);
        }

        return maximum;
    }
}
