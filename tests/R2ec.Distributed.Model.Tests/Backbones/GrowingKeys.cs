using R2ec.Distributed.Model.Backbones;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Tests.Backbones;

/// <summary>Keys and values in preallocated tensors, all rows at the same length.</summary>
internal sealed class GrowingKeys : IKeyValueStore, IDisposable
{
    private readonly (Tensor Keys, Tensor Values)[] _layers;
    private readonly long[] _lengths;

    public GrowingKeys(BackboneConfig config, long batch, long capacity, ScalarType type)
    {
        Tensor Room() => zeros(batch, config.KeyHeadCount, capacity, config.HeadSize, type).DetachFromDisposeScope();
        _layers = [.. Enumerable.Range(0, config.LayerCount).Select(_ => (Room(), Room()))];
        _lengths = new long[config.LayerCount];
    }

    public (Tensor Keys, Tensor Values) Extend(int layer, Tensor keys_BHTD, Tensor values_BHTD)
    {
        var (keys, values) = _layers[layer];
        var count = keys_BHTD.size(2);
        keys.narrow(2, _lengths[layer], count).copy_(keys_BHTD);
        values.narrow(2, _lengths[layer], count).copy_(values_BHTD);
        _lengths[layer] += count;
        return (keys.narrow(2, 0, _lengths[layer]), values.narrow(2, 0, _lengths[layer]));
    }

    public void Dispose()
    {
        foreach (var (keys, values) in _layers)
        {
            keys.Dispose();
            values.Dispose();
        }
    }
}
