using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using R2ec.Distributed.Core.Numerics;
using R2ec.Distributed.Core.RecPo;

namespace R2ec.Distributed.Core.Sampling;

/// <summary>
/// Sums over one row of logits. Eight float lanes are added over a block of <see cref="BlockLength"/>, each block is widened to double, blocks are
/// added in order: the same bits on every machine.
/// </summary>
internal static class LogitRow
{
    public const int BlockLength = 512;
    private const int Lanes = 8;

    // exp of anything lower is 0 in float32; clamped so that 0 · −∞ cannot give NaN.
    private const float Floor = -88f;

    /// <summary>The highest logit. −∞ is a token that cannot be drawn; NaN, +∞ and a row of nothing but −∞ are refused.</summary>
    public static float Maximum(ReadOnlySpan<float> logits)
    {
        var vectors = MemoryMarshal.Cast<float, Vector256<float>>(logits);
        var highest = Vector256.Create(float.NegativeInfinity);
        var numbers = Vector256<float>.AllBitsSet;
        foreach (var vector in vectors)
        {
            highest = Vector256.MaxNative(highest, vector);
            numbers &= Vector256.Equals(vector, vector);
        }

        var maximum = Tail(highest, float.NegativeInfinity, logits[(vectors.Length * Lanes)..]);
        if (numbers.ExtractMostSignificantBits() != 0xFF || !float.IsFinite(maximum))
        {
            RefuseNonFinite(logits);
        }

        return maximum;
    }

    /// <summary>Position of the first logit that equals the maximum.</summary>
    public static int IndexOf(ReadOnlySpan<float> logits, float maximum)
    {
        var vectors = MemoryMarshal.Cast<float, Vector256<float>>(logits);
        for (var v = 0; v < vectors.Length; v++)
        {
            var hits = Vector256.Equals(vectors[v], Vector256.Create(maximum)).ExtractMostSignificantBits();
            if (hits != 0)
            {
                return (v * Lanes) + BitOperations.TrailingZeroCount(hits);
            }
        }

        var at = vectors.Length * Lanes;
        while (logits[at] != maximum)
        {
            at++;
        }

        return at;
    }

    /// <summary>Σ exp(d) and Σ exp(d) · d with d = logit − maximum: what log-probability and entropy need.</summary>
    public static (double Sum, double WeightedSum) Moments(ReadOnlySpan<float> logits, float maximum)
    {
        double sum = 0.0, weightedSum = 0.0;
        Span<float> padded = stackalloc float[Lanes];
        for (var start = 0; start < logits.Length; start += BlockLength)
        {
            var block = logits.Slice(start, Math.Min(BlockLength, logits.Length - start));
            Vector256<float> sums = Vector256<float>.Zero, weighted = Vector256<float>.Zero;
            var vectors = MemoryMarshal.Cast<float, Vector256<float>>(block);
            foreach (var vector in vectors)
            {
                Add(vector, maximum, ref sums, ref weighted);
            }

            if (vectors.Length * Lanes < block.Length)
            {
                padded.Fill(float.NegativeInfinity);
                block[(vectors.Length * Lanes)..].CopyTo(padded);
                Add(Vector256.Create<float>(padded), maximum, ref sums, ref weighted);
            }

            sum += Widened(sums);
            weightedSum += Widened(weighted);
        }

        return (sum, weightedSum);
    }

    /// <summary>Writes exp((logit − maximum) / temperature) and each block's sum.</summary>
    /// <param name="logits">One row.</param>
    /// <param name="maximum">Its highest logit.</param>
    /// <param name="temperature">Above 0.</param>
    /// <param name="weights">As long as the row, rounded up to eight; the padding gets 0.</param>
    /// <param name="blockSums">One per started block.</param>
    /// <returns>The sum of the block sums.</returns>
    public static double Weights(ReadOnlySpan<float> logits, float maximum, double temperature, Span<float> weights, Span<double> blockSums)
    {
        var scale = Vector256.Create((float)(1.0 / temperature));
        var shift = Vector256.Create(maximum);
        var total = 0.0;
        logits.CopyTo(weights);
        weights[logits.Length..].Fill(float.NegativeInfinity);
        for (var block = 0; block * BlockLength < weights.Length; block++)
        {
            var length = Math.Min(BlockLength, weights.Length - (block * BlockLength));
            var sums = Vector256<float>.Zero;
            foreach (ref var vector in MemoryMarshal.Cast<float, Vector256<float>>(weights.Slice(block * BlockLength, length)))
            {
                vector = PortableMath.Exp(Clamped((vector - shift) * scale));
                sums += vector;
            }

            total += blockSums[block] = Widened(sums);
        }

        return total;
    }

    private static void Add(Vector256<float> logits, float maximum, ref Vector256<float> sums, ref Vector256<float> weighted)
    {
        var d = Clamped(logits - Vector256.Create(maximum));
        var power = PortableMath.Exp(d);
        sums += power;
        weighted += power * d;
    }

    private static Vector256<float> Clamped(Vector256<float> d) => Vector256.MaxNative(d, Vector256.Create(Floor));

    private static double Widened(Vector256<float> lanes)
    {
        var (lower, upper) = Vector256.Widen(lanes);
        var four = lower + upper;
        return (four[0] + four[1]) + (four[2] + four[3]);
    }

    private static float Tail(Vector256<float> highest, float maximum, ReadOnlySpan<float> rest)
    {
        for (var lane = 0; lane < Lanes; lane++)
        {
            maximum = Math.Max(maximum, highest[lane]);
        }

        foreach (var logit in rest)
        {
            // Math.Max hands NaN on.
            maximum = Math.Max(maximum, logit);
        }

        return maximum;
    }

    private static void RefuseNonFinite(ReadOnlySpan<float> logits)
    {
        for (var id = 0; id < logits.Length; id++)
        {
            if (float.IsNaN(logits[id]) || float.IsPositiveInfinity(logits[id]))
            {
                throw new NonFiniteScoreException($"The logit of token {id} is {logits[id]}: the device or the weights are at fault.");
            }
        }

        throw new NonFiniteScoreException($"None of {logits.Length} logits is above −∞: no token can be drawn.");
    }
}
