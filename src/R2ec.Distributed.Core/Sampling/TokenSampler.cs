using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using R2ec.Distributed.Core.Numerics;
using R2ec.Distributed.Core.RecPo;

namespace R2ec.Distributed.Core.Sampling;

/// <summary>
/// Draws tokens by inverse CDF with one given uniform number, so a token depends on its logits and its number and on nothing else. Holds buffers:
/// one per thread. Its answers do not depend on earlier calls, nor on the machine's vector width.
/// </summary>
/// <remarks>
/// Kept candidates are walked by logit descending, then id ascending. Where nothing filters (top-k 0 or the whole vocabulary, and top-p 1) the walk
/// is in order of ids instead, which needs no sort. Logits of −∞ are tokens that cannot be drawn.
/// </remarks>
public sealed class TokenSampler
{
    // Float weights may be wrong in the last bits: a candidate this close to the bound of the quick cut is looked at exactly.
    private const double CutSlack = 1e-3;

    private float[] _weights = [];
    private double[] _blockSums = [];
    private ulong[] _keys = [];
    private double[] _candidates = [];

    /// <summary>Draws a token.</summary>
    /// <param name="logits">float32 (V), un-tempered.</param>
    /// <param name="filter">Temperature, top-k, top-p.</param>
    /// <param name="uniform">In [0, 1).</param>
    /// <exception cref="NonFiniteScoreException">A logit is NaN or +∞, or none is above −∞.</exception>
    public SampledToken Sample(ReadOnlySpan<float> logits, in SamplingFilter filter, double uniform)
    {
        if (!(uniform is >= 0.0 and < 1.0))
        {
            throw new ArgumentOutOfRangeException(nameof(uniform), uniform, "A uniform number lies in [0, 1).");
        }

        filter.RefuseSenseless();
        if (filter.IsGreedy)
        {
            return Greedy(logits);
        }

        var maximum = LogitRow.Maximum(logits);
        Reserve(logits.Length);
        var (token, total) = Filters(filter, logits.Length) ? DrawKept(logits, maximum, filter, uniform) : DrawAny(logits, maximum, filter.Temperature, uniform);
        var sampler = (((double)logits[token] - maximum) / filter.Temperature) - PortableMath.Log(total);
        return Recorded(logits, maximum, token, (float)sampler);
    }

    /// <summary>Takes the highest logit; of equal ones the lowest id.</summary>
    /// <param name="logits">float32 (V).</param>
    /// <exception cref="NonFiniteScoreException">A logit is NaN or +∞, or none is above −∞.</exception>
    public static SampledToken Greedy(ReadOnlySpan<float> logits)
    {
        var maximum = LogitRow.Maximum(logits);
        return Recorded(logits, maximum, LogitRow.IndexOf(logits, maximum), 0f);
    }

    /// <summary>All tokens that a filter leaves, with their probabilities.</summary>
    /// <param name="logits">float32 (V), un-tempered.</param>
    /// <param name="filter">Temperature, top-k, top-p.</param>
    /// <exception cref="NonFiniteScoreException">A logit is NaN or +∞, or none is above −∞.</exception>
    public KeptTokens Kept(ReadOnlySpan<float> logits, in SamplingFilter filter)
    {
        filter.RefuseSenseless();
        if (filter.IsGreedy)
        {
            return new KeptTokens([Greedy(logits).Token], [0.0]);
        }

        var maximum = LogitRow.Maximum(logits);
        Reserve(logits.Length);
        var (count, total) = Keep(logits, maximum, filter);
        var kept = new KeptTokens(new int[count], new double[count]);
        for (var i = 0; i < count; i++)
        {
            kept.Ids[i] = DescendingKeys.Id(_keys[i]);
            kept.LogProbabilities[i] = (((double)DescendingKeys.Value(_keys[i]) - maximum) / filter.Temperature) - PortableMath.Log(total);
        }

        return kept;
    }

    private static bool Filters(in SamplingFilter filter, int vocabulary) => LimitsCount(filter, vocabulary) || filter.TopP < 1.0;

    private static bool LimitsCount(in SamplingFilter filter, int vocabulary) => filter.TopK > 0 && filter.TopK < vocabulary;

    private static SampledToken Recorded(ReadOnlySpan<float> logits, float maximum, int token, float samplerLogProbability)
    {
        var (sum, weightedSum) = LogitRow.Moments(logits, maximum);
        var logSum = PortableMath.Log(sum);
        return new SampledToken(
            token, (float)((double)logits[token] - maximum - logSum), samplerLogProbability, (float)Math.Max(0.0, logSum - (weightedSum / sum)));
    }

    private (int Token, double Total) DrawAny(ReadOnlySpan<float> logits, float maximum, double temperature, double uniform)
    {
        var total = Weigh(logits, maximum, temperature);
        var left = uniform * total;
        var block = 0;
        while ((block + 1) * LogitRow.BlockLength < logits.Length && left >= _blockSums[block])
        {
            left -= _blockSums[block++];
        }

        // A block's float sum and its single weights differ in the last bits: past the end the last token that can be drawn is meant.
        var last = -1;
        var end = Math.Min(logits.Length, (block + 1) * LogitRow.BlockLength);
        for (var id = block * LogitRow.BlockLength; id < end; id++)
        {
            left -= _weights[id];
            last = _weights[id] > 0f ? id : last;
            if (left < 0.0)
            {
                return (id, total);
            }
        }

        return (last >= 0 ? last : LogitRow.IndexOf(logits, maximum), total);
    }

    private (int Token, double Total) DrawKept(ReadOnlySpan<float> logits, float maximum, in SamplingFilter filter, double uniform)
    {
        var (count, total) = Keep(logits, maximum, filter);
        var left = uniform * total;
        var at = 0;
        while (at + 1 < count && (left -= _candidates[at]) >= 0.0)
        {
            at++;
        }

        return (DescendingKeys.Id(_keys[at]), total);
    }

    // Leaves the kept candidates' keys and weights, best first, in the buffers; the total is that of the kept ones.
    private (int Count, double Total) Keep(ReadOnlySpan<float> logits, float maximum, in SamplingFilter filter)
    {
        int count;
        double total;
        if (LimitsCount(filter, logits.Length))
        {
            count = Highest(logits, filter.TopK);
            total = WeighCandidates(count, maximum, filter.Temperature);
        }
        else if (filter.TopP < 1.0)
        {
            total = Weigh(logits, maximum, filter.Temperature);
            // Tokens below the mean share of the mass that top-p removes are removed even all together: only the rest is sorted.
            var share = (1.0 - filter.TopP) * total / logits.Length;
            var bound = maximum + (filter.Temperature * (PortableMath.Log(share) - CutSlack));
            count = DescendingKeys.AtOrAbove(logits, Math.Max((float)bound, float.MinValue), _keys);
            WeighCandidates(count, maximum, filter.Temperature);
        }
        else
        {
            count = DescendingKeys.AtOrAbove(logits, float.MinValue, _keys);
            total = WeighCandidates(count, maximum, filter.Temperature);
        }

        return filter.TopP < 1.0 ? Nucleus(count, filter.TopP * total) : (count, total);
    }

    // In descending order a candidate stays as long as the mass before it is below p.
    private (int Count, double Total) Nucleus(int count, double mass)
    {
        var kept = 1;
        var total = _candidates[0];
        while (kept < count && total < mass)
        {
            total += _candidates[kept++];
        }

        return (kept, total);
    }

    private int Highest(ReadOnlySpan<float> logits, int topK)
    {
        var count = DescendingKeys.Best(logits, _keys.AsSpan(0, topK));
        return count < topK ? count : DescendingKeys.AtOrAbove(logits, DescendingKeys.Value(_keys[topK - 1]), _keys);
    }

    private double WeighCandidates(int count, float maximum, double temperature)
    {
        _keys.AsSpan(0, count).Sort();
        var inverse = 1.0 / temperature;
        for (var i = 0; i < count; i++)
        {
            _candidates[i] = ((double)DescendingKeys.Value(_keys[i]) - maximum) * inverse;
        }

        // Whole vectors; what lies behind the count is overwritten before it is read.
        foreach (ref var vector in MemoryMarshal.Cast<double, Vector256<double>>(_candidates.AsSpan(0, (count + 3) & ~3)))
        {
            vector = PortableMath.Exp(vector);
        }

        var total = 0.0;
        foreach (var weight in _candidates.AsSpan(0, count))
        {
            total += weight;
        }

        return total;
    }

    private double Weigh(ReadOnlySpan<float> logits, float maximum, double temperature) =>
        LogitRow.Weights(logits, maximum, temperature, _weights.AsSpan(0, (logits.Length + 7) & ~7), _blockSums);

    private void Reserve(int vocabulary)
    {
        if (_keys.Length < vocabulary)
        {
            var padded = (vocabulary + 7) & ~7;
            _keys = new ulong[vocabulary];
            _weights = new float[padded];
            _candidates = new double[padded];
            _blockSums = new double[(padded / LogitRow.BlockLength) + 1];
        }
    }
}
