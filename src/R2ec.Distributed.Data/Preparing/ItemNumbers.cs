namespace R2ec.Distributed.Data.Preparing;

/// <summary>Average rating and number of ratings per item, from the training period or from all events.</summary>
internal sealed class ItemNumbers
{
    private readonly double[] _sums;
    private readonly int[] _counts;

    public ItemNumbers(DataSet set, ItemStatistics source)
    {
        (_sums, _counts) = (new double[set.ItemCount + 1], new int[set.ItemCount + 1]);
        var end = source == ItemStatistics.Visible ? long.MaxValue : set.Target(set.Samples(Split.Valid)[0]).TimeMs;
        foreach (var e in set.AllEvents)
        {
            if (e.TimeMs < end)
            {
                _sums[e.Item] += e.Rating;
                _counts[e.Item]++;
            }
        }
    }

    /// <summary>The mean, rounded to two decimals, half to even; (0, 0) for an item without events.</summary>
    public (double Mean, int Count) Of(int item) =>
        _counts[item] == 0 ? (0, 0) : (Decimals.Round(_sums[item] / _counts[item], 2), _counts[item]);
}
