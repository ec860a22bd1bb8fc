namespace R2ec.Distributed.Core.RecPo;

/// <summary>
/// The token part of the loss is −Σ over completions of weight · (sum of the completion's token surrogates). The weight needs only the batch's
/// totals, so a shard or micro-batch can be weighted without the rest of the batch, and parts simply add.
/// </summary>
public static class TokenWeights
{
    /// <summary>The weights of a whole batch.</summary>
    /// <param name="aggregation">What the loss divides by.</param>
    /// <param name="tokensPerCompletion">Trainable tokens of every completion of the batch; degenerate groups and empty completions included.</param>
    public static double[] Of(TokenAggregation aggregation, ReadOnlySpan<int> tokensPerCompletion)
    {
        var total = 0L;
        foreach (var tokens in tokensPerCompletion)
        {
            total += tokens;
        }

        var weights = new double[tokensPerCompletion.Length];
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = Of(aggregation, tokensPerCompletion[i], total, weights.Length);
        }

        return weights;
    }

    /// <summary>The weight of one completion.</summary>
    /// <param name="aggregation">What the loss divides by.</param>
    /// <param name="tokens">Its trainable tokens; 0 gives weight 0.</param>
    /// <param name="batchTokenCount">Trainable tokens of the whole batch.</param>
    /// <param name="batchCompletionCount">All completions of the whole batch, those without signal or tokens included.</param>
    public static double Of(TokenAggregation aggregation, int tokens, long batchTokenCount, int batchCompletionCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(tokens);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchTokenCount, tokens);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchCompletionCount, 1);
        if (tokens == 0)
        {
            return 0.0;
        }

        return aggregation switch
        {
            TokenAggregation.TokenMean => 1.0 / batchTokenCount,
            TokenAggregation.SequenceMean => 1.0 / ((double)batchCompletionCount * tokens),
            TokenAggregation.TokenSum => 1.0 / batchCompletionCount,
            _ => throw new ArgumentOutOfRangeException(nameof(aggregation), aggregation, "Not an aggregation."),
        };
    }
}
