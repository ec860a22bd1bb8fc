namespace R2ec.Distributed.Core.Evaluation;

/// <summary>A mean with its 95 % bootstrap interval.</summary>
/// <param name="Mean">Mean over all samples; of a paired comparison, the mean gain.</param>
/// <param name="Low">2.5th percentile of the resampled means.</param>
/// <param name="High">97.5th percentile.</param>
public readonly record struct MeanInterval(double Mean, double Low, double High)
{
    /// <summary>Whether the interval lies above or below zero as a whole.</summary>
    public bool ExcludesZero => Low > 0 || High < 0;
}
