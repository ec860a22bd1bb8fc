using R2ec.Distributed.Core.Ports;

namespace R2ec.Distributed.Data.Baselines;

/// <summary>How often an item was a training target behind, or stood in the window of, the items of the history; popularity breaks ties.</summary>
internal sealed class CoOccurrenceScorer : IScorer
{
    // Less than one count, so that popularity decides between equal counts only.
    private const float TieSum = 1e-3f;
    private const float TieCosine = 1e-6f;

    private readonly SparseCounts _both;
    private readonly PopularityScorer _popularity;
    private readonly bool _cosine;

    public CoOccurrenceScorer(DataSet set, PopularityScorer popularity, bool cosine)
    {
        (_popularity, _cosine) = (popularity, cosine);
        _both = SparseCounts.Of(set.ItemCount + 1, add => Pairs(set, add));
        if (cosine)
        {
            Normalise(set.ItemCount + 1, popularity.Bought);
        }
    }

    public string Name => "co_occurrence";

    public string Setting => _cosine ? "cosine" : "sum";

    public void Score(ReadOnlySpan<Event> window, Span<float> scores_N1)
    {
        _popularity.Begin(scores_N1, _cosine ? TieCosine : TieSum);
        foreach (var e in window)
        {
            var columns = _both.Columns(e.Item);
            var values = _both.Values(e.Item);
            for (var i = 0; i < columns.Length; i++)
            {
                scores_N1[columns[i]] += values[i];
            }
        }
    }

    private static void Pairs(DataSet set, SparseCounts.Add add)
    {
        foreach (var sample in set.Samples(Split.Train))
        {
            var target = set.Target(sample).Item;
            foreach (var e in set.WindowOf(sample))
            {
                add(e.Item, target, 1);
                add(target, e.Item, 1);
            }
        }
    }

    private void Normalise(int size, int[] bought)
    {
        for (var row = 0; row < size; row++)
        {
            var columns = _both.Columns(row);
            var values = _both.Values(row);
            for (var i = 0; i < columns.Length; i++)
            {
                values[i] /= (float)Math.Sqrt((bought[row] + 1.0) * (bought[columns[i]] + 1.0));
            }
        }
    }
}
