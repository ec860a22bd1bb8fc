using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Backbones;

/// <summary>
/// Cosines and signed sines of rotary positions. A head's first half is rotated against its second, so with both halves exchanged
/// x cos + exchanged(x) sin is the rotation, where the sine of the first half carries the minus.
/// </summary>
internal sealed class RotaryTable : IDisposable
{
    /// <summary>Tables up to this length are built at once; longer ones as positions ask for them.</summary>
    private const long EagerPositions = 16_384;

    private readonly BackboneConfig _config;
    private readonly ScalarType _type;
    private readonly Device _device;
    private readonly bool _exact;
    private readonly Lock _growth = new();
    private volatile Pair? _pair;

    /// <param name="config">The architecture.</param>
    /// <param name="type">What the model computes in.</param>
    /// <param name="device">Where it is.</param>
    /// <param name="exact">Whether a float64 model has float64 frequencies; all others have the float32 ones that models are trained with.</param>
    public RotaryTable(BackboneConfig config, ScalarType type, Device device, bool exact) =>
        (_config, _type, _device, _exact) = (config, type, device, exact && type == ScalarType.Float64);

    /// <summary>Rows for positions 0 to T − 1 ([T, 1, D]) or for given ones ([B, T, 1, D]); owned by the caller.</summary>
    public (Tensor Cos, Tensor Sin) Rows(Tensor? positions_BT, long count)
    {
        if (positions_BT is null)
        {
            var table = AtLeast(count);
            return (table.Cos.narrow(0, 0, count), table.Sin.narrow(0, 0, count));
        }

        long batch = positions_BT.size(0), length = positions_BT.size(1);
        var pair = AtLeast(_config.MaxPositions <= EagerPositions ? 0 : Highest(positions_BT) + 1);
        using var flat = positions_BT.reshape(-1);
        using var cos = pair.Cos.index_select(0, flat);
        using var sin = pair.Sin.index_select(0, flat);
        return (cos.view(batch, length, 1, _config.HeadSize), sin.view(batch, length, 1, _config.HeadSize));
    }

    public void Dispose() => _pair?.Dispose();

    private static long Highest(Tensor positions)
    {
        using var highest = positions.max();
        return highest.item<long>();
    }

    private Pair AtLeast(long count)
    {
        if (_pair is { } ready && ready.Length >= count)
        {
            return ready;
        }

        lock (_growth)
        {
            if (_pair is null || _pair.Length < count)
            {
                // The shorter table is left to its finaliser: another thread may be reading it.
                _pair = Build(Math.Max(count, Math.Min(_config.MaxPositions, EagerPositions)));
            }

            return _pair;
        }
    }

    private Pair Build(long length)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var wide = _type == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        var frequencies = (_exact ? tensor(RotaryFrequencies.Exact(_config)) : tensor(RotaryFrequencies.Rounded(_config))).to(wide);
        var angles = arange(length, dtype: wide).unsqueeze(1) * frequencies.unsqueeze(0);
        var (cos, sin) = (angles.cos(), angles.sin());
        var table = new Pair(
            cat([cos, cos], 1).to(_type).to(_device).unsqueeze(1).contiguous().DetachFromDisposeScope(),
            cat([-sin, sin], 1).to(_type).to(_device).unsqueeze(1).contiguous().DetachFromDisposeScope(),
            length);
        return table;
    }

    private sealed record Pair(Tensor Cos, Tensor Sin, long Length) : IDisposable
    {
        public void Dispose()
        {
            Cos.Dispose();
            Sin.Dispose();
        }
    }
}
