using System.Globalization;
using R2ec.Distributed.Core.Ports;

namespace R2ec.Distributed.Data.Baselines;

/// <summary>Which items follow which: counts that fade with the distance, as shares per item, summed over the history with a decay towards older events.</summary>
internal sealed class MarkovScorer : IScorer
{
    private const float Tie = 1e-3f;

    private readonly SparseCounts _follow;
    private readonly PopularityScorer _popularity;
    private readonly double _decay;
    private readonly string _counted;

    private MarkovScorer(SparseCounts follow, PopularityScorer popularity, double decay, string counted) =>
        (_follow, _popularity, _decay, _counted) = (follow, popularity, decay, counted);

    public string Name => "markov";

    public string Setting => string.Create(CultureInfo.InvariantCulture, $"{_counted} decay {_decay}");

    /// <summary>One scorer per decay, all on the same counts.</summary>
    /// <param name="set">Its training samples are counted.</param>
    /// <param name="popularity">Breaks ties.</param>
    /// <param name="window">Events before a target that count.</param>
    /// <param name="fade">Weight of each step back.</param>
    /// <param name="decays">Weight of each older event of a history.</param>
    public static IEnumerable<MarkovScorer> Of(DataSet set, PopularityScorer popularity, int window, double fade, IEnumerable<double> decays)
    {
        var follow = SparseCounts.Of(set.ItemCount + 1, add => Pairs(set, window, fade, add));
        for (var row = 0; row <= set.ItemCount; row++)
        {
            var values = follow.Values(row);
            var sum = 1f;
            foreach (var value in values)
            {
                sum += value;
            }

            for (var i = 0; i < values.Length; i++)
            {
                values[i] /= sum;
            }
        }

        return decays.Select(d => new MarkovScorer(follow, popularity, d, string.Create(CultureInfo.InvariantCulture, $"window {window} fade {fade}")));
    }

    public void Score(ReadOnlySpan<Event> window, Span<float> scores_N1)
    {
        _popularity.Begin(scores_N1, Tie);
        var weight = 1.0;
        for (var at = window.Length - 1; at >= 0; at--)
        {
            var columns = _follow.Columns(window[at].Item);
            var values = _follow.Values(window[at].Item);
            for (var i = 0; i < columns.Length; i++)
            {
                scores_N1[columns[i]] += (float)(values[i] * weight);
            }

            weight *= _decay;
        }
    }

    private static void Pairs(DataSet set, int window, double fade, SparseCounts.Add add)
    {
        foreach (var sample in set.Samples(Split.Train))
        {
            var history = set.WindowOf(sample);
            var (target, weight) = (set.Target(sample).Item, 1.0);
            for (var back = 1; back <= Math.Min(window, history.Length); back++)
            {
                add(history[^back].Item, target, (float)weight);
                weight *= fade;
            }
        }
    }
}
