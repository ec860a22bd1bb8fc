namespace R2ec.Distributed.Data.Baselines;

/// <summary>How often two items occur within ten steps of each other in training histories, as a cosine: counts over sqrt((n + 1)(m + 1)).</summary>
internal sealed class Nearness
{
    private const int Steps = 10;
    private readonly DataSet _set;
    private readonly SparseCounts _counts;

    public Nearness(DataSet set)
    {
        _set = set;
        _counts = SparseCounts.Of(set.ItemCount + 1, Pairs);
    }

    /// <summary>0 for items that never meet; symmetric.</summary>
    public double Of(int one, int other) =>
        _counts[one, other] / Math.Sqrt((_set.TrainingCount(one) + 1.0) * (_set.TrainingCount(other) + 1.0));

    private void Pairs(SparseCounts.Add add)
    {
        for (var user = 0; user < _set.UserCount; user++)
        {
            var own = _set.TrainingEvents(user);
            for (var i = 0; i < own.Length; i++)
            {
                for (var j = Math.Max(0, i - Steps); j < i; j++)
                {
                    add(own[i].Item, own[j].Item, 1);
                    add(own[j].Item, own[i].Item, 1);
                }
            }
        }
    }
}
