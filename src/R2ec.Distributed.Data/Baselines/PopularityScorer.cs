using R2ec.Distributed.Core.Ports;

namespace R2ec.Distributed.Data.Baselines;

/// <summary>An item's share of the training targets.</summary>
internal sealed class PopularityScorer : IScorer
{
    private readonly float[] _share;

    public PopularityScorer(DataSet set)
    {
        _share = new float[set.ItemCount + 1];
        Bought = new int[set.ItemCount + 1];
        var samples = set.Samples(Split.Train);
        foreach (var sample in samples)
        {
            Bought[set.Target(sample).Item]++;
        }

        for (var i = 0; i < _share.Length; i++)
        {
            _share[i] = (float)((double)Bought[i] / samples.Count);
        }
    }

    public string Name => "popularity";

    public string Setting => "";

    /// <summary>Training targets per item.</summary>
    public int[] Bought { get; }

    public void Score(ReadOnlySpan<Event> window, Span<float> scores_N1) => _share.CopyTo(scores_N1);

    /// <summary>The shares, scaled: what breaks ties of other scorers.</summary>
    public void Begin(Span<float> scores_N1, float scale)
    {
        for (var i = 0; i < _share.Length; i++)
        {
            scores_N1[i] = _share[i] * scale;
        }
    }
}
