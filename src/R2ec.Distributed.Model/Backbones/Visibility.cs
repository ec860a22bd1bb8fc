using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Backbones;

/// <summary>What queries may see in a batch whose rows are padded. B rows, T queries, S keys; keep: true = a real token.</summary>
public static class Visibility
{
    /// <summary>Causal, padding unseen: queries are the last T of the S positions.</summary>
    /// <param name="keep_BS">Boolean [B, S].</param>
    /// <param name="queryCount">T, at most S.</param>
    /// <returns>Boolean [B, 1, T, S], owned by the caller.</returns>
    public static Tensor Causal(Tensor keep_BS, long queryCount)
    {
        using var scope = NewDisposeScope();
        long rows = keep_BS.size(0), keys = keep_BS.size(1);
        var triangle = ones(1, 1, queryCount, keys, ScalarType.Bool, keep_BS.device).tril(keys - queryCount);
        return triangle.logical_and(keep_BS.view(rows, 1, 1, keys)).MoveToOuterDisposeScope();
    }

    /// <summary>Positions that count real tokens only, 0 at padding before the first.</summary>
    /// <param name="keep_BS">Boolean [B, S].</param>
    /// <returns>int64 [B, S], owned by the caller.</returns>
    public static Tensor Positions(Tensor keep_BS)
    {
        using var scope = NewDisposeScope();
        return keep_BS.to(ScalarType.Int64).cumsum(1).sub(1).clamp(min: 0).MoveToOuterDisposeScope();
    }
}
