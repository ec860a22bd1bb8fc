using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Data;

namespace R2ec.Distributed.Node.Composition;

/// <summary>A data set's samples by one number: those of the training split first, then validation, then test.</summary>
/// <param name="set">The data set.</param>
internal sealed class SampleNumbers(DataSet set)
{
    private readonly int[] _first = [0, set.Samples(Split.Train).Count, set.Samples(Split.Train).Count + set.Samples(Split.Valid).Count];

    /// <summary>Samples of all splits.</summary>
    public int Count => _first[2] + set.Samples(Split.Test).Count;

    /// <summary>The number of a split's first sample.</summary>
    public int First(Split split) => _first[(int)split];

    /// <summary>The sample behind a number.</summary>
    public Sample Of(SampleId sample)
    {
        var split = sample.Value >= _first[2] ? Split.Test : sample.Value >= _first[1] ? Split.Valid : Split.Train;
        return set.Samples(split)[sample.Value - _first[(int)split]];
    }

    /// <summary>The target's item.</summary>
    public int Target(SampleId sample) => set.Target(Of(sample)).Item;

    /// <summary>The items of the window, oldest first.</summary>
    public int[] Seen(SampleId sample)
    {
        var window = set.WindowOf(Of(sample));
        var seen = new int[window.Length];
        for (var i = 0; i < seen.Length; i++)
        {
            seen[i] = window[i].Item;
        }

        return seen;
    }
}
