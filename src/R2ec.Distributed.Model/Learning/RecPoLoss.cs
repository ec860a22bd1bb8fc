using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace R2ec.Distributed.Model.Learning;

/// <summary>
/// The tensor side of RecPO: surrogates and item probabilities with their gradients. Shapes: R completions, M distinct items, H hidden, K trained tokens in
/// one flat list. Inputs are borrowed, results are the caller's. Works in float32 and float64.
/// </summary>
public static class RecPoLoss
{
    /// <summary>Largest log-ratio that is exponentiated: keeps exp finite in float32 (e^60 ≈ 1e26), far above any clip.</summary>
    public const double MaxLogRatio = 60;

    /// <summary>Least norm that a vector is divided by, so that a zero vector stays zero.</summary>
    public const double MinNorm = 1e-12;

    /// <summary>Vectors of length 1.</summary>
    /// <param name="vectors_RH">[R, H]; gradient flows.</param>
    /// <returns>[R, H].</returns>
    public static Tensor Normalised(Tensor vectors_RH) => functional.normalize(vectors_RH, 2, -1, MinNorm);

    /// <summary>In-batch item scores: cosine of every user vector with every distinct target item, over the temperature.</summary>
    /// <param name="users_RH">float32 or wider [R, H], raw hidden states at the marker; gradient flows.</param>
    /// <param name="items_MH">[M, H], raw hidden states of the step's distinct targets in ascending id; gradient flows.</param>
    /// <param name="temperature">Dimensionless, in (0, 1].</param>
    /// <returns>[R, M].</returns>
    /// <remarks>Source: R2ec (arXiv 2505.16994v2), the recommendation head. The rows of other shards keep their gradient.</remarks>
    public static Tensor InBatchScores(Tensor users_RH, Tensor items_MH, double temperature)
    {
        using var scope = NewDisposeScope();
        return (functional.linear(Normalised(users_RH), Normalised(items_MH)) / temperature).MoveToOuterDisposeScope();
    }

    /// <summary>Log-probabilities of tokens under the un-tempered policy.</summary>
    /// <param name="logits_KV">float32 or wider [K, V]; gradient flows.</param>
    /// <param name="tokens_K">int64 [K].</param>
    /// <returns>[K].</returns>
    public static Tensor TokenLogProbabilities(Tensor logits_KV, Tensor tokens_K)
    {
        using var scope = NewDisposeScope();
        return functional.log_softmax(logits_KV, 1).gather(1, tokens_K.unsqueeze(1)).squeeze(1).MoveToOuterDisposeScope();
    }

    /// <summary>min(ratio · A, clip(ratio) · A), bounded from below by dual · A for negative advantages where a dual clip is given.</summary>
    /// <param name="ratio_K">[K]; gradient flows.</param>
    /// <param name="advantage_K">[K]; constant.</param>
    /// <param name="low">The ratio is clipped below at 1 − low.</param>
    /// <param name="high">The ratio is clipped above at 1 + high.</param>
    /// <param name="dual">Dual clip, above 1; null switches it off.</param>
    /// <returns>[K].</returns>
    public static Tensor Surrogate(Tensor ratio_K, Tensor advantage_K, double low, double high, double? dual)
    {
        using var scope = NewDisposeScope();
        var surrogate = minimum(ratio_K * advantage_K, ratio_K.clamp(1 - low, 1 + high) * advantage_K);
        if (dual is { } bound)
        {
            surrogate = where(advantage_K < 0, maximum(surrogate, advantage_K * bound), surrogate);
        }

        return surrogate.MoveToOuterDisposeScope();
    }

    /// <summary>π_θ / π_behaviour of each trained token; without a behaviour the ratio is 1 in value and carries the gradient.</summary>
    /// <param name="logProbabilities_K">[K]; gradient flows.</param>
    /// <param name="behaviour_K">[K], constant; null on policy.</param>
    /// <returns>[K].</returns>
    public static Tensor Ratio(Tensor logProbabilities_K, Tensor? behaviour_K)
    {
        using var scope = NewDisposeScope();
        var difference = logProbabilities_K - (behaviour_K ?? logProbabilities_K.detach());
        return difference.clamp(-MaxLogRatio, MaxLogRatio).exp().MoveToOuterDisposeScope();
    }

    /// <summary>The token part: −Σ over completions of scale_i · Σ_t l.</summary>
    /// <param name="logProbabilities_K">[K]; gradient flows.</param>
    /// <param name="behaviour_K">[K]; null on policy.</param>
    /// <param name="advantage_K">A of each token's completion.</param>
    /// <param name="scale_K">Scale of each token's completion: its aggregation, token weight included.</param>
    /// <param name="low">Lower clip.</param>
    /// <param name="high">Upper clip.</param>
    /// <param name="dual">Dual clip or null.</param>
    /// <returns>Scalar; 0 where there is no trained token.</returns>
    public static Tensor TokenPart(Tensor logProbabilities_K, Tensor? behaviour_K, Tensor advantage_K, Tensor scale_K, double low, double high, double? dual)
    {
        using var scope = NewDisposeScope();
        var surrogate = Surrogate(Ratio(logProbabilities_K, behaviour_K), advantage_K, low, high, dual);
        return (-(surrogate * scale_K).sum()).MoveToOuterDisposeScope();
    }

    /// <summary>The item part: −(weight / n) Σ over winners of min(r · A, clip(r) · A), r = p / p_old.</summary>
    /// <param name="scores_RM">Item scores of all completions, over the temperature; gradient flows.</param>
    /// <param name="targets">Column of each completion's target.</param>
    /// <param name="winners">Completions that are trained on.</param>
    /// <param name="advantages">A of every completion.</param>
    /// <param name="oldProbabilities">p_old of every completion; null takes p itself, without gradient.</param>
    /// <param name="low">Lower clip.</param>
    /// <param name="high">Upper clip.</param>
    /// <returns>The part without its weight, and p at the target of each winner (no gradient). The caller owns both.</returns>
    public static (Tensor Loss, Tensor Probabilities_W) ItemPart(
        Tensor scores_RM, int[] targets, int[] winners, double[] advantages, double[]? oldProbabilities, double low, double high)
    {
        using var scope = NewDisposeScope();
        var dtype = scores_RM.dtype;
        var device = scores_RM.device;
        var rows = scores_RM.index_select(0, tensor(winners.Select(w => (long)w).ToArray(), device: device));
        var columns = tensor(winners.Select(w => (long)targets[w]).ToArray(), device: device);
        // Scores over the temperature are large: log-softmax takes the largest off before it rounds, a log-sum-exp would round at their size.
        var log = functional.log_softmax(rows, 1).gather(1, columns.unsqueeze(1)).squeeze(1);
        var old = oldProbabilities is null
            ? log.detach()
            : tensor(winners.Select(w => Math.Log(oldProbabilities[w])).ToArray(), dtype, device);
        var advantage = tensor(winners.Select(w => advantages[w]).ToArray(), dtype, device);
        var surrogate = Surrogate((log - old).clamp(-MaxLogRatio, MaxLogRatio).exp(), advantage, low, high, null);
        var loss = -surrogate.sum() / targets.Length;
        return (loss.MoveToOuterDisposeScope(), log.detach().exp().MoveToOuterDisposeScope());
    }
}
