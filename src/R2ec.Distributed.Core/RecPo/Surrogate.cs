namespace R2ec.Distributed.Core.RecPo;

/// <summary>The clipped surrogate of one token or item on plain numbers: the reference for the tensor version.</summary>
public static class Surrogate
{
    /// <summary>min(ratio · A, clip(ratio) · A), at least Dual · A where A is negative and a dual clip is set.</summary>
    /// <param name="ratio">New over old probability, 0 or more.</param>
    /// <param name="advantage">A.</param>
    /// <param name="clip">The bounds.</param>
    public static double Value(double ratio, double advantage, SurrogateClip clip) => Evaluate(ratio, advantage, clip).Value;

    /// <summary>The derivative of <see cref="Value"/> by the ratio: A where the ratio is not clipped, otherwise 0.</summary>
    /// <param name="ratio">New over old probability, 0 or more.</param>
    /// <param name="advantage">A.</param>
    /// <param name="clip">The bounds.</param>
    public static double Slope(double ratio, double advantage, SurrogateClip clip) => Evaluate(ratio, advantage, clip).Slope;

    /// <summary>Whether the ratio is clipped, so that no gradient flows although the advantage is not 0.</summary>
    /// <param name="ratio">New over old probability, 0 or more.</param>
    /// <param name="advantage">A.</param>
    /// <param name="clip">The bounds.</param>
    public static bool IsClipped(double ratio, double advantage, SurrogateClip clip) => advantage != 0 && Evaluate(ratio, advantage, clip).Slope == 0;

    private static (double Value, double Slope) Evaluate(double ratio, double advantage, SurrogateClip clip)
    {
        ArgumentNullException.ThrowIfNull(clip);
        var free = ratio * advantage;
        var clipped = Math.Clamp(ratio, 1.0 - clip.Low, 1.0 + clip.High) * advantage;
        if (clipped < free)
        {
            return (clipped, 0.0);
        }

        return advantage < 0 && clip.Dual is { } dual && free < dual * advantage ? (dual * advantage, 0.0) : (free, advantage);
    }
}
