namespace R2ec.Distributed.Model.WarmStart;

/// <summary>Learning rates by step.</summary>
internal static class LearningRates
{
    /// <summary>Linear rise over the first steps, flat, then a linear fall to a fraction of the peak.</summary>
    /// <param name="peak">Peak learning rate.</param>
    /// <param name="step">From 0.</param>
    /// <param name="steps">Steps in all.</param>
    /// <param name="warmup">Steps of the rise.</param>
    /// <param name="decayFrom">Fraction of the steps after which it falls.</param>
    /// <param name="decayTo">Fraction of the peak at the end.</param>
    public static double Trapezoid(double peak, int step, int steps, int warmup, double decayFrom, double decayTo)
    {
        var rise = warmup == 0 ? 1 : Math.Min(1, (step + 1.0) / warmup);
        var done = (double)step / steps;
        var fall = done < decayFrom ? 1 : 1 - ((1 - decayTo) * (done - decayFrom) / (1 - decayFrom));
        return peak * rise * fall;
    }

    /// <summary>Linear rise from step 1, then constant.</summary>
    public static double Rising(double peak, int step, int warmup) => warmup == 0 ? peak : peak * Math.Min(1, (double)step / warmup);
}
