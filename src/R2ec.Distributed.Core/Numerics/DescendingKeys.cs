using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace R2ec.Distributed.Core.Numerics;

/// <summary>
/// Value and id in one number whose ascending order is: value descending, then id ascending. So one comparison of integers orders candidates, and
/// the order of equal values is never left to a sort.
/// </summary>
internal static class DescendingKeys
{
    /// <summary>The key of a value, not NaN, with its id. −0 counts as 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(float value, int id)
    {
        var bits = BitConverter.SingleToUInt32Bits(value + 0f);
        var ascending = (bits & 0x8000_0000) != 0 ? ~bits : bits | 0x8000_0000;
        return ((ulong)~ascending << 32) | (uint)id;
    }

    /// <summary>The id in a key.</summary>
    public static int Id(ulong key) => (int)(uint)key;

    /// <summary>The value in a key.</summary>
    public static float Value(ulong key)
    {
        var ascending = ~(uint)(key >> 32);
        return BitConverter.UInt32BitsToSingle((ascending & 0x8000_0000) != 0 ? ascending & 0x7FFF_FFFF : ~ascending);
    }

    /// <summary>Writes the keys of the best values above −∞, best first; the id is the position.</summary>
    /// <returns>How many: fewer than asked for where too few values are above −∞.</returns>
    public static int Best(ReadOnlySpan<float> values, Span<ulong> keys)
    {
        if (keys.IsEmpty)
        {
            return 0;
        }

        var count = 0;
        var at = 0;
        for (; at < values.Length && count < keys.Length; at++)
        {
            if (values[at] > float.NegativeInfinity)
            {
                keys[count++] = Of(values[at], at);
            }
        }

        keys[..count].Sort();
        if (count == keys.Length)
        {
            // Descending keys, worst first, are already a heap with the worst on top.
            keys.Reverse();
            Replace(values, at, keys);
            keys.Sort();
        }

        return count;
    }

    /// <summary>Appends the keys of all values at or above a bound, in order of ids.</summary>
    /// <returns>How many.</returns>
    public static int AtOrAbove(ReadOnlySpan<float> values, float bound, Span<ulong> keys)
    {
        var bounds = Vector256.Create(bound);
        var vectors = MemoryMarshal.Cast<float, Vector256<float>>(values);
        var count = 0;
        for (var v = 0; v < vectors.Length; v++)
        {
            for (var hits = Vector256.GreaterThanOrEqual(vectors[v], bounds).ExtractMostSignificantBits(); hits != 0; hits &= hits - 1)
            {
                var id = (v * Vector256<float>.Count) + BitOperations.TrailingZeroCount(hits);
                keys[count++] = Of(values[id], id);
            }
        }

        for (var id = vectors.Length * Vector256<float>.Count; id < values.Length; id++)
        {
            if (values[id] >= bound)
            {
                keys[count++] = Of(values[id], id);
            }
        }

        return count;
    }

    // A later value must be strictly greater than the worst to replace it: among equal values the lower id was there first.
    private static void Replace(ReadOnlySpan<float> values, int at, Span<ulong> heap)
    {
        for (; at % Vector256<float>.Count != 0 && at < values.Length; at++)
        {
            Offer(Of(values[at], at), heap);
        }

        var vectors = MemoryMarshal.Cast<float, Vector256<float>>(values);
        for (var v = at / Vector256<float>.Count; v < vectors.Length; v++)
        {
            for (var hits = Vector256.GreaterThan(vectors[v], Vector256.Create(Value(heap[0]))).ExtractMostSignificantBits(); hits != 0; hits &= hits - 1)
            {
                var id = (v * Vector256<float>.Count) + BitOperations.TrailingZeroCount(hits);
                Offer(Of(values[id], id), heap);
            }
        }

        for (var id = Math.Max(at, vectors.Length * Vector256<float>.Count); id < values.Length; id++)
        {
            Offer(Of(values[id], id), heap);
        }
    }

    private static void Offer(ulong key, Span<ulong> heap)
    {
        if (key >= heap[0])
        {
            return;
        }

        var hole = 0;
        while (true)
        {
            var child = (2 * hole) + 1;
            if (child >= heap.Length)
            {
                break;
            }

            child += child + 1 < heap.Length && heap[child + 1] > heap[child] ? 1 : 0;
            if (heap[child] <= key)
            {
                break;
            }

            heap[hole] = heap[child];
            hole = child;
        }

        heap[hole] = key;
    }
}
