using R2ec.Distributed.Core.Ports;

namespace R2ec.Distributed.Data.Preparing;

/// <summary>Average rating and number of ratings per item, from the training period or from all that the file says.</summary>
internal sealed class ItemNumbers
{
    private readonly double[] _sums;
    private readonly int[] _counts;

    private ItemNumbers(int itemCount) => (_sums, _counts) = (new double[itemCount + 1], new int[itemCount + 1]);

    /// <summary>Of the data set's events before its first validation target.</summary>
    public static ItemNumbers Train(DataSet set)
    {
        var numbers = new ItemNumbers(set.ItemCount);
        var end = set.Target(set.Samples(Split.Valid)[0]).TimeMs;
        foreach (var e in set.AllEvents)
        {
            if (e.TimeMs < end)
            {
                numbers._sums[e.Item] += e.Rating;
                numbers._counts[e.Item]++;
            }
        }

        return numbers;
    }

    /// <summary>Of all that the interaction file says of the items.</summary>
    public static ItemNumbers Visible(EventTable table, Draft draft, IReadOnlyDictionary<string, int> catalogue)
    {
        var numbers = new ItemNumbers(draft.ItemIds.Count);
        foreach (var (name, id) in draft.ItemIds)
        {
            (numbers._sums[id], numbers._counts[id]) = table.Visible(catalogue[name]);
        }

        return numbers;
    }

    /// <summary>The mean, rounded to two decimals, half to even; (0, 0) for an item without events.</summary>
    public (double Mean, int Count) Of(int item) =>
        _counts[item] == 0 ? (0, 0) : (Decimals.Round(_sums[item] / _counts[item], 2), _counts[item]);
}
