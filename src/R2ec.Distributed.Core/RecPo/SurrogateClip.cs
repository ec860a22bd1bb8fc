namespace R2ec.Distributed.Core.RecPo;

/// <summary>How far a ratio may carry a gradient: within [1 − Low, 1 + High] for the clipped surrogate.</summary>
/// <param name="Low">ε_low, in [0, 1).</param>
/// <param name="High">ε_high, 0 or more.</param>
/// <param name="Dual">Dual clip: for a negative advantage the surrogate is at least this times the advantage. Above 1 + High; null: off (sync mode).</param>
public sealed record SurrogateClip(double Low = SurrogateClip.DefaultLow, double High = SurrogateClip.DefaultHigh, double? Dual = null)
{
    /// <summary>ε_low of the reference.</summary>
    public const double DefaultLow = 0.2;

    /// <summary>ε_high of the reference.</summary>
    public const double DefaultHigh = 0.28;

    /// <summary>The dual clip of the asynchronous modes.</summary>
    public const double DefaultDual = 3.0;

    /// <summary>Cap of the sampler correction's weight min(π_learner,old / π_behaviour, cap).</summary>
    public const double DefaultSamplerCorrectionCap = 2.0;
}
