using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Backbones;

/// <summary>The inverse frequencies of rotary positions, 1 / base^(2i / D), stretched where the configuration says so.</summary>
internal static class RotaryFrequencies
{
    /// <summary>In float32: models are trained with this rounding.</summary>
    public static float[] Rounded(BackboneConfig config)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var exponents = arange(0, config.HeadSize, 2, ScalarType.Float32) / (float)config.HeadSize;
        var powers = pow(tensor((float)config.RopeBase), exponents);
        var plain = (1f / powers).data<float>().ToArray();
        return config.RopeScaling is { } scaling ? [.. plain.Select(frequency => Stretched(frequency, scaling))] : plain;
    }

    /// <summary>In float64, for comparisons with references that round nowhere.</summary>
    public static double[] Exact(BackboneConfig config)
    {
        var plain = Enumerable.Range(0, (int)config.HeadSize / 2).Select(i => 1 / Math.Pow(config.RopeBase, 2.0 * i / config.HeadSize));
        return [.. config.RopeScaling is { } scaling ? plain.Select(frequency => Stretched(frequency, scaling)) : plain];
    }

    private static float Stretched(float frequency, RopeScaling scaling)
    {
        float factor = (float)scaling.Factor, low = (float)scaling.LowFrequencyFactor, high = (float)scaling.HighFrequencyFactor;
        float original = scaling.OriginalPositions, wavelength = (float)(2 * Math.PI) / frequency;
        if (wavelength < original / high)
        {
            return frequency;
        }

        if (wavelength > original / low)
        {
            return frequency / factor;
        }

        var smooth = ((original / wavelength) - low) / (high - low);
        return ((1 - smooth) * frequency / factor) + (smooth * frequency);
    }

    private static double Stretched(double frequency, RopeScaling scaling)
    {
        var wavelength = 2 * Math.PI / frequency;
        var smooth = ((scaling.OriginalPositions / wavelength) - scaling.LowFrequencyFactor) / (scaling.HighFrequencyFactor - scaling.LowFrequencyFactor);
        var kept = Math.Clamp(smooth, 0, 1);
        return ((1 - kept) * frequency / scaling.Factor) + (kept * frequency);
    }
}
