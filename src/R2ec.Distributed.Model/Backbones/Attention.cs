using R2ec.Distributed.Model.Native;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Backbones;

/// <summary>Softmax attention with grouped queries. B batch, H query heads, K key heads, T queries, S keys, D per head.</summary>
internal static class Attention
{
    /// <summary>What is added where a query may not look: finite, so that a row that sees nothing gives numbers (of no meaning) instead of NaN.</summary>
    private const double Hidden = -1e30;

    /// <summary>Queries [B, H, T, D] over keys and values [B, K, S, D] to [B, T, H D]; a null mask with T = S means causal.</summary>
    public static Tensor Apply(Tensor queries_BHTD, Tensor keys_BKSD, Tensor values_BKSD, Tensor? mask)
    {
        long batch = queries_BHTD.size(0), heads = queries_BHTD.size(1), count = queries_BHTD.size(2), size = queries_BHTD.size(3);
        var keyHeads = keys_BKSD.size(1);
        if (count == 1 && heads != keyHeads && (mask is null || (mask.size(1) == 1 && mask.size(2) == 1)))
        {
            // One query: the heads of a group become the rows of one sequence, and keys and values are read once for all of them.
            var grouped = queries_BHTD.reshape(batch, keyHeads, heads / keyHeads, size);
            var seen = nn.functional.scaled_dot_product_attention(grouped, keys_BKSD, values_BKSD, mask, 0, false);
            return seen.reshape(batch, 1, heads * size);
        }

        var causal = mask is null && count > 1;
        var attended = heads == keyHeads
            ? nn.functional.scaled_dot_product_attention(queries_BHTD, keys_BKSD, values_BKSD, mask, 0, causal)
            : Aten.GroupedAttention(queries_BHTD, keys_BKSD, values_BKSD, mask, causal);
        return attended.transpose(1, 2).reshape(batch, count, heads * size);
    }

    /// <summary>
    /// The additive form, in the model's type, of what queries may see (boolean, true: seen, or already additive); null where plain causal attention does.
    /// Where nothing is said the queries are the last T of S positions.
    /// </summary>
    public static Tensor? Mask(Tensor? visible, long queryCount, long keyCount, ScalarType type, Device device)
    {
        if (visible is null)
        {
            return queryCount == 1 || queryCount == keyCount ? null : LowerRight(queryCount, keyCount, type, device);
        }

        return visible.dtype == ScalarType.Bool ? Additive(visible, type) : visible.to(type);
    }

    private static Tensor LowerRight(long queryCount, long keyCount, ScalarType type, Device device)
    {
        using var all = ones(1, 1, queryCount, keyCount, ScalarType.Bool, device);
        using var seen = all.tril(keyCount - queryCount);
        return Additive(seen, type);
    }

    private static Tensor Additive(Tensor visible, ScalarType type)
    {
        using var hidden = visible.logical_not();
        return zeros(visible.shape, type, visible.device).masked_fill_(hidden, Hidden);
    }
}
