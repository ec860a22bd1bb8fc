using System.Buffers;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace R2ec.Distributed.Core.RecPo;

/// <summary>A pooled copy of one row of scores in which masked items stand at −∞. Dispose it to give the buffer back.</summary>
internal readonly ref struct MaskedScores
{
    private readonly float[] _rented;
    private readonly int _length;
    private readonly int _target;

    /// <summary>Checks the row and masks it; the target is never masked.</summary>
    public MaskedScores(ReadOnlySpan<float> scores, int target, ReadOnlySpan<int> seen)
    {
        if (target < 1 || target >= scores.Length)
        {
            throw new ArgumentOutOfRangeException(nameof(target), target, $"A target is an item id of 1 to {scores.Length - 1}.");
        }

        RefuseNonFinite(scores);
        _rented = ArrayPool<float>.Shared.Rent(scores.Length);
        (_length, _target) = (scores.Length, target);
        var row = _rented.AsSpan(0, _length);
        scores.CopyTo(row);
        row[0] = float.NegativeInfinity;
        foreach (var id in seen)
        {
            if ((uint)id >= (uint)_length)
            {
                ArrayPool<float>.Shared.Return(_rented);
                throw new ArgumentOutOfRangeException(nameof(seen), id, $"A seen item's id lies in 0 to {_length - 1}.");
            }

            row[id] = id == target ? row[id] : float.NegativeInfinity;
        }
    }

    /// <summary>The row; column = item id.</summary>
    public ReadOnlySpan<float> Row => _rented.AsSpan(0, _length);

    /// <summary>1 + number of unmasked items before the target.</summary>
    public int Rank()
    {
        var score = Row[_target];
        return 1 + Count(Row[.._target], score, equalCounts: true) + Count(Row[(_target + 1)..], score, equalCounts: false);
    }

    public void Dispose() => ArrayPool<float>.Shared.Return(_rented);

    private static int Count(ReadOnlySpan<float> values, float above, bool equalCounts)
    {
        var bounds = Vector256.Create(above);
        var vectors = MemoryMarshal.Cast<float, Vector256<float>>(values);
        var count = 0;
        foreach (var vector in vectors)
        {
            var hits = equalCounts ? Vector256.GreaterThanOrEqual(vector, bounds) : Vector256.GreaterThan(vector, bounds);
            count += BitOperations.PopCount(hits.ExtractMostSignificantBits());
        }

        foreach (var value in values[(vectors.Length * Vector256<float>.Count)..])
        {
            count += value > above || (equalCounts && value == above) ? 1 : 0;
        }

        return count;
    }

    private static void RefuseNonFinite(ReadOnlySpan<float> scores)
    {
        var items = scores[1..];
        var vectors = MemoryMarshal.Cast<float, Vector256<float>>(items);
        var all = Vector256<float>.Zero;
        foreach (var vector in vectors)
        {
            // x − x is 0 for finite numbers and NaN for all others; NaN stays.
            all += vector - vector;
        }

        var sum = Vector256.Sum(all);
        foreach (var value in items[(vectors.Length * Vector256<float>.Count)..])
        {
            sum += value - value;
        }

        if (sum == 0)
        {
            return;
        }

        for (var id = 1; id < scores.Length; id++)
        {
            if (!float.IsFinite(scores[id]))
            {
                throw new NonFiniteScoreException($"The score of item {id} is {scores[id]}: the device or the weights are at fault.");
            }
        }
    }
}
