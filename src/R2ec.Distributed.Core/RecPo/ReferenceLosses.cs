namespace R2ec.Distributed.Core.RecPo;

/// <summary>
/// Both parts of RecPO's loss on plain numbers, in double precision, with their gradients written out: what the tensor version is measured against.
/// </summary>
/// <remarks>
/// Source: algorithms.md, section Loss. The released code (commit 449a544) multiplies every advantage with every completion, so its token gradient
/// cancels; here completion i's tokens meet A_i only.
/// </remarks>
public static class ReferenceLosses
{
    /// <summary>The token part and its gradient by the new log-probabilities.</summary>
    /// <param name="newLogProbabilities">Rows of completions, natural logs of their trainable tokens; rows may be empty.</param>
    /// <param name="oldLogProbabilities">The ratio's denominator, the same shape.</param>
    /// <param name="advantages">One per completion.</param>
    /// <param name="aggregation">What the sum is divided by.</param>
    /// <param name="clip">Clipping bounds.</param>
    /// <param name="correction">Weight of each token's surrogate without gradient (sampler correction), the same shape; null: 1.</param>
    public static ReferenceLoss Token(
        double[][] newLogProbabilities,
        double[][] oldLogProbabilities,
        double[] advantages,
        TokenAggregation aggregation,
        SurrogateClip clip,
        double[][]? correction = null)
    {
        ArgumentNullException.ThrowIfNull(newLogProbabilities);
        ArgumentNullException.ThrowIfNull(oldLogProbabilities);
        ArgumentNullException.ThrowIfNull(advantages);
        var weights = TokenWeights.Of(aggregation, Array.ConvertAll(newLogProbabilities, row => row.Length));
        var gradient = Array.ConvertAll(newLogProbabilities, row => new double[row.Length]);
        var loss = 0.0;
        for (var i = 0; i < gradient.Length; i++)
        {
            var sum = 0.0;
            for (var t = 0; t < gradient[i].Length; t++)
            {
                var ratio = Math.Exp(newLogProbabilities[i][t] - oldLogProbabilities[i][t]);
                var share = correction?[i][t] ?? 1.0;
                sum += share * Surrogate.Value(ratio, advantages[i], clip);
                gradient[i][t] = -weights[i] * share * Surrogate.Slope(ratio, advantages[i], clip) * ratio;
            }

            loss -= weights[i] * sum;
        }

        return new ReferenceLoss(loss, gradient);
    }

    /// <summary>The item part and its gradient by the in-batch logits.</summary>
    /// <param name="logits">(n, M): every completion against the batch's distinct target items in ascending id, already over the temperature.</param>
    /// <param name="targets">The column of each completion's target.</param>
    /// <param name="winners">Completions that are relabelled, as indices into the batch.</param>
    /// <param name="advantages">One per completion.</param>
    /// <param name="clip">Clipping bounds.</param>
    /// <param name="oldProbabilities">The ratio's denominator per completion; null: the new probability without gradient, so the ratio is 1.</param>
    public static ReferenceLoss Item(
        double[][] logits, int[] targets, int[] winners, double[] advantages, SurrogateClip clip, double[]? oldProbabilities = null)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentNullException.ThrowIfNull(winners);
        ArgumentNullException.ThrowIfNull(advantages);
        var gradient = Array.ConvertAll(logits, row => new double[row.Length]);
        var loss = 0.0;
        foreach (var i in winners)
        {
            var probabilities = Softmax(logits[i]);
            var target = probabilities[targets[i]];
            var old = oldProbabilities?[i] ?? target;
            loss -= Surrogate.Value(target / old, advantages[i], clip) / logits.Length;
            var slope = Surrogate.Slope(target / old, advantages[i], clip) * target / (old * logits.Length);
            for (var j = 0; j < probabilities.Length; j++)
            {
                gradient[i][j] = slope * (probabilities[j] - (j == targets[i] ? 1.0 : 0.0));
            }
        }

        return new ReferenceLoss(loss, gradient);
    }

    private static double[] Softmax(double[] logits)
    {
        var highest = logits.Max();
        var powers = Array.ConvertAll(logits, x => Math.Exp(x - highest));
        var sum = powers.Sum();
        return Array.ConvertAll(powers, x => x / sum);
    }
}
