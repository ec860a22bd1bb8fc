namespace R2ec.Distributed.Data.Baselines;

/// <summary>
/// The last item again: 1 for it, 0 for all others. Right only for repeated purchases, the one kind of target that the mask spares; everything else it
/// ranks by id, so it shows what ties alone are worth.
/// </summary>
internal sealed class LastItemScorer : IScorer
{
    public string Name => "last_item";

    public string Setting => "";

    public void Score(ReadOnlySpan<Event> window, Span<float> scores_N1)
    {
        scores_N1.Clear();
        scores_N1[window[^1].Item] = 1;
    }
}
