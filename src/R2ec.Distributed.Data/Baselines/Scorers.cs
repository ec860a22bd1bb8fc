namespace R2ec.Distributed.Data.Baselines;

/// <summary>The model-free scorers that stand beside a policy.</summary>
public static class Scorers
{
    private static readonly double[] Decays = [0.5, 0.65, 0.8, 0.9];
    private static readonly (int Window, double Fade)[] Counted = [(10, 0.8), (10, 1.0), (3, 0.8), (20, 0.9)];

    /// <summary>
    /// All settings of all families, family by family: popularity, last_item, co_occurrence (2), markov (16). A fair comparison takes each family's best by
    /// validation and measures that one alone on test.
    /// </summary>
    public static IReadOnlyList<IScorer> Candidates(DataSet set)
    {
        var popularity = new PopularityScorer(set);
        return
        [
            popularity,
            new LastItemScorer(),
            new CoOccurrenceScorer(set, popularity, cosine: false),
            new CoOccurrenceScorer(set, popularity, cosine: true),
            .. Counted.SelectMany(c => MarkovScorer.Of(set, popularity, c.Window, c.Fade, Decays)),
        ];
    }
}
