using R2ec.Distributed.Core.Randomness;
using R2ec.Distributed.Model.Backbones;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.WarmStart;

/// <summary>
/// Dropout whose masks are a function of (seed, stage, step, place): every value is kept or not by one byte of the counter-based generator, so the rate is
/// rounded to 1/256 and the kept values are scaled by the rounded rate.
/// </summary>
internal sealed class ChanceDropout : IBlockDropout
{
    private readonly ulong _seed;
    private readonly long _step;
    private readonly int _dropBelow;
    private int _place;

    private ChanceDropout(ulong seed, long step, int dropBelow)
    {
        _seed = seed;
        _step = step;
        _dropBelow = dropBelow;
    }

    /// <summary>Dropout of one step; null where the rate rounds to nothing.</summary>
    /// <param name="rate">Fraction dropped, in [0, 1).</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="step">Step of the whole warm start.</param>
    public static ChanceDropout? Of(double rate, ulong seed, long step)
    {
        var below = (int)Math.Round(rate * 256);
        return below == 0 ? null : new ChanceDropout(seed, step, below);
    }

    /// <inheritdoc/>
    public Tensor Apply(Tensor x, int layer, int half)
    {
        using var scope = NewDisposeScope();
        var keep = new byte[x.NumberOfElements];
        Chance.Bytes(keep, _seed, ChancePurpose.Dropout, _step, _place++);
        for (var i = 0; i < keep.Length; i++)
        {
            keep[i] = keep[i] < _dropBelow ? (byte)0 : (byte)1;
        }

        var mask = tensor(keep, x.shape, device: x.device).to_type(x.dtype) * (256.0 / (256 - _dropBelow));
        return (x * mask).MoveToOuterDisposeScope();
    }
}
