using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Backbones;

/// <summary>What all blocks of one forward pass share.</summary>
/// <param name="Batch">Rows (B).</param>
/// <param name="Count">Tokens a row (T).</param>
/// <param name="Cos">Cosines, broadcastable to [B, T, heads, head size].</param>
/// <param name="Sin">Signed sines of the same shape.</param>
/// <param name="Mask">Added to the attention scores; null: causal.</param>
/// <param name="Store">Keys and values of earlier passes, or null.</param>
/// <param name="Dropout">Dropout on the residual stream, or null.</param>
/// <param name="InPlace">True where no gradient is recorded.</param>
internal readonly record struct PassState(
    long Batch, long Count, Tensor Cos, Tensor Sin, Tensor? Mask, IKeyValueStore? Store, IBlockDropout? Dropout, bool InPlace)
{
    public Tensor Drop(Tensor x_NH, int layer, int half)
    {
        if (Dropout is null)
        {
            return x_NH;
        }

        var width = x_NH.size(1);
        return Dropout.Apply(x_NH.view(Batch, Count, width), layer, half).reshape(Batch * Count, width);
    }
}
