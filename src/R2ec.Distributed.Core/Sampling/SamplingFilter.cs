namespace R2ec.Distributed.Core.Sampling;

/// <summary>Which tokens may be drawn. Applied in the order temperature, top-k, top-p.</summary>
/// <param name="Temperature">Divides the logits. 0: greedy, the other two are ignored.</param>
/// <param name="TopK">Only the k highest logits stay, and all that equal the k-th. 0: all stay.</param>
/// <param name="TopP">
/// In (0, 1]. Below 1: of the tokens that top-k left, in ascending order, those go whose cumulative probability is at most 1 − p; the highest
/// always stays. Among equal logits at the border the lower ids stay.
/// </param>
public readonly record struct SamplingFilter(double Temperature, int TopK, double TopP)
{
    /// <summary>The policy itself: temperature 1, nothing left out.</summary>
    public static SamplingFilter None => new(1.0, 0, 1.0);

    /// <summary>Always the highest logit.</summary>
    public static SamplingFilter Greedy => new(0.0, 0, 1.0);

    /// <summary>Whether nothing is drawn: the highest logit is taken.</summary>
    public bool IsGreedy => Temperature == 0.0;

    internal void RefuseSenseless()
    {
        if (!(Temperature >= 0.0 && double.IsFinite(Temperature) && TopK >= 0 && TopP is > 0.0 and <= 1.0))
        {
            throw new InvalidOperationException(
                $"A sampling filter has a finite temperature of 0 or more, a top-k of 0 or more and a top-p above 0 and up to 1, not {this}.");
        }
    }
}
