namespace R2ec.Distributed.Core.Scheduling;

/// <summary>How fast one kind of work is done in this run: the median over its latest pieces of the time for a unit of cost. Not thread-safe.</summary>
public sealed class WorkPace
{
    private const int Window = 64, Enough = 8;

    private readonly double[] _latest = new double[Window];
    private long _count;
    private double? _median;

    /// <summary>Takes in a piece that was done.</summary>
    /// <param name="cost">Its cost, above 0.</param>
    /// <param name="took">How long it took.</param>
    public void Observe(double cost, TimeSpan took)
    {
        _latest[_count++ % Window] = took.TotalSeconds / cost;
        _median = null;
    }

    /// <summary>How long a piece usually takes; null before enough of them were done.</summary>
    /// <param name="cost">Its cost.</param>
    public TimeSpan? Usual(double cost)
    {
        if (_count < Enough)
        {
            return null;
        }

        var kept = (int)Math.Min(_count, Window);
        _median ??= _latest[..kept].Order().ElementAt(kept / 2);
        return TimeSpan.FromSeconds(_median.Value * cost);
    }
}
