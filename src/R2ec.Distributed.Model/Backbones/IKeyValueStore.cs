using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Backbones;

/// <summary>Where a forward pass keeps keys and values, so that later passes need not compute them again.</summary>
public interface IKeyValueStore
{
    /// <summary>Takes a layer's new keys and values, after the rotation, and returns what attention shall see, the new ones included.</summary>
    /// <param name="layer">From 0.</param>
    /// <param name="keys_BHTD">[batch, kv heads, T, head size]; borrowed, not contiguous.</param>
    /// <param name="values_BHTD">The same shape.</param>
    /// <returns>[batch, kv heads, S, head size] each, of the queries' batch; views of what the store owns are welcome.</returns>
    (Tensor Keys, Tensor Values) Extend(int layer, Tensor keys_BHTD, Tensor values_BHTD);
}
