using R2ec.Distributed.Core.RecPo;
using R2ec.Distributed.Model.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Tests.Learning;

/// <summary>RecPO's two parts over a tiny pass.</summary>
internal static class TinyLosses
{
    public const double Low = 0.2;
    public const double High = 0.28;

    public static TokenAggregation Aggregation(string mode) => mode switch
    {
        "token_mean" => TokenAggregation.TokenMean,
        "sequence_mean" => TokenAggregation.SequenceMean,
        "token_sum" => TokenAggregation.TokenSum,
        _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "no such aggregation"),
    };

    public static Tensor Token(TinyBatch batch, TinyPass pass, double[] advantages, string mode, double[]? behaviour)
    {
        var type = pass.Log_K.dtype;
        var scales = TokenWeights.Of(Aggregation(mode), [.. batch.Completions.Select(row => row.Length)]);
        return RecPoLoss.TokenPart(
            pass.Log_K, behaviour is null ? null : tensor(behaviour).to_type(type), tensor(batch.PerToken(advantages)).to_type(type),
            tensor(batch.PerToken(scales)).to_type(type), Low, High, null);
    }

    public static Tensor Scores(TinyPass pass, double temperature) => RecPoLoss.InBatchScores(pass.Users_RH, pass.Items_MH, temperature);

    public static Tensor Item(Tensor scores, TinyPass pass, int[] winners, double[] advantages, double[]? old) =>
        RecPoLoss.ItemPart(scores, pass.Columns, winners, advantages, old, Low, High).Loss;

    /// <summary>p at the target of every completion.</summary>
    public static double[] Probabilities(Tensor scores, int[] columns)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        return Goldens.Numbers(RecPoLoss.TokenLogProbabilities(scores.detach(), tensor(columns.Select(c => (long)c).ToArray())).exp());
    }
}
