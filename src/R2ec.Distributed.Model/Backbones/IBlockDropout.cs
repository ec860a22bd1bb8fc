using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Backbones;

/// <summary>Dropout on what is added to the residual stream.</summary>
public interface IBlockDropout
{
    /// <summary>Returns the tensor with its dropout applied, or the tensor itself.</summary>
    /// <param name="x_BTD">[batch, T, hidden]: the embedding, or what a half of a block adds.</param>
    /// <param name="layer">From 0; −1 for the embedding.</param>
    /// <param name="half">0 attention, 1 feed-forward; 0 for the embedding.</param>
    Tensor Apply(Tensor x_BTD, int layer, int half);
}
