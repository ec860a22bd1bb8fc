using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Native;

/// <summary>ATen operators that TorchSharp does not expose. B batch, H heads, T queries, S keys, D per head. Autograd works through all but the in-place ones.</summary>
internal static class Aten
{
    /// <summary>The name of the optimizer kernel, part of a run's numerics.</summary>
    public const string FusedAdamWKernel = "aten::_fused_adamw_";

    /// <summary>x / rms(x) * weight over the last dimension; the mean of squares is taken in float32 or wider, whatever the dtype.</summary>
    public static Tensor RmsNorm(Tensor x, Tensor weight, double epsilon)
    {
        Span<ulong> stack =
        [
            AtenDispatcher.Cell(x), AtenDispatcher.List(weight.size(0)), AtenDispatcher.Optional(weight), AtenDispatcher.Optional(epsilon),
        ];
        return AtenDispatcher.Call("aten::rms_norm"u8, ""u8, stack);
    }

    /// <summary>Rows of a table by id: [V, D] and [B, T] to [B, T, D].</summary>
    public static Tensor Embedding(Tensor weight, Tensor ids)
    {
        Span<ulong> stack = [AtenDispatcher.Cell(weight), AtenDispatcher.Cell(ids), unchecked((ulong)-1L), AtenDispatcher.Cell(false), AtenDispatcher.Cell(false)];
        return AtenDispatcher.Call("aten::embedding"u8, ""u8, stack);
    }

    /// <summary>Softmax attention with grouped queries: query head h sees key head h / (query heads / key heads), without copies of keys and values.</summary>
    /// <param name="queries_BHTD">[B, H, T, D].</param>
    /// <param name="keys_BHSD">[B, kv heads, S, D].</param>
    /// <param name="values_BHSD">[B, kv heads, S, D].</param>
    /// <param name="mask">Added to the scores, broadcastable to [B, H, T, S]; null: none.</param>
    /// <param name="causal">Query t sees keys 0 to t; only with T = S and no mask.</param>
    public static Tensor GroupedAttention(Tensor queries_BHTD, Tensor keys_BHSD, Tensor values_BHSD, Tensor? mask, bool causal)
    {
        Span<ulong> stack =
        [
            AtenDispatcher.Cell(queries_BHTD), AtenDispatcher.Cell(keys_BHSD), AtenDispatcher.Cell(values_BHSD), AtenDispatcher.Optional(mask),
            AtenDispatcher.Cell(0.0), AtenDispatcher.Cell(causal), AtenDispatcher.Optional((double?)null), AtenDispatcher.Cell(true),
        ];
        return AtenDispatcher.Call("aten::scaled_dot_product_attention"u8, ""u8, stack);
    }

    /// <summary>Multiplies each tensor by the one number in <paramref name="factor"/>, in place.</summary>
    public static void Multiply(IReadOnlyList<Tensor> tensors, Tensor factor)
    {
        Span<ulong> stack = [AtenDispatcher.List(tensors), AtenDispatcher.Cell(factor)];
        AtenDispatcher.Run("aten::_foreach_mul_"u8, "Tensor"u8, stack);
    }

    /// <summary>One AdamW step over all parameters, in place; <paramref name="step"/> holds the number of this step, from 1.</summary>
    public static void FusedAdamW(
        IReadOnlyList<Tensor> parameters, IReadOnlyList<Tensor> gradients, IReadOnlyList<Tensor> averages, IReadOnlyList<Tensor> squares, Tensor step,
        double learningRate, double beta1, double beta2, double weightDecay, double epsilon)
    {
        var steps = new Tensor[parameters.Count];
        Array.Fill(steps, step);
        Span<ulong> stack =
        [
            AtenDispatcher.List(parameters), AtenDispatcher.List(gradients), AtenDispatcher.List(averages), AtenDispatcher.List(squares),
            AtenDispatcher.List([]), AtenDispatcher.List(steps), AtenDispatcher.Cell(learningRate), AtenDispatcher.Cell(beta1), AtenDispatcher.Cell(beta2),
            AtenDispatcher.Cell(weightDecay), AtenDispatcher.Cell(epsilon), AtenDispatcher.Cell(false), AtenDispatcher.Cell(false),
            AtenDispatcher.Optional((Tensor?)null), AtenDispatcher.Optional((Tensor?)null),
        ];
        AtenDispatcher.Run("aten::_fused_adamw_"u8, ""u8, stack);
    }
}
