namespace R2ec.Distributed.Data.Baselines;

/// <summary>Scores the catalogue for a history without a model. Built from training samples alone; thread-safe.</summary>
public interface IScorer
{
    /// <summary>Family: popularity, last_item, co_occurrence or markov.</summary>
    string Name { get; }

    /// <summary>What sets it apart from others of its family; empty where there is but one.</summary>
    string Setting { get; }

    /// <summary>Writes a score for every item; higher is likelier.</summary>
    /// <param name="window">The latest events before the target, oldest first; at least one.</param>
    /// <param name="scores_N1">[N + 1] by item id; all are overwritten, [0] is 0. Masking and ties are the caller's.</param>
    void Score(ReadOnlySpan<Event> window, Span<float> scores_N1);
}
