using System.Collections.Concurrent;

namespace R2ec.Distributed.Orchestration.Tests.Rewards;

/// <summary>A clock on which waits are over at once and are written down, and deadlines pass when the test says so.</summary>
internal sealed class HurriedClock : TimeProvider
{
    private readonly ConcurrentDictionary<Deadline, bool> _deadlines = new();
    private long _ticks;

    public ConcurrentQueue<double> Waits { get; } = [];

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public override DateTimeOffset GetUtcNow() => new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Deadline(() => callback(state), gone => _deadlines.TryRemove(gone, out _));
        if (period == Timeout.InfiniteTimeSpan)
        {
            _deadlines[timer] = true;
            return timer;
        }

        Waits.Enqueue(dueTime.TotalSeconds);
        Interlocked.Add(ref _ticks, dueTime.Ticks);
        ThreadPool.QueueUserWorkItem(_ => callback(state));
        return timer;
    }

    public void PassDeadlines()
    {
        foreach (var deadline in _deadlines.Keys)
        {
            deadline.Pass();
        }
    }

    private sealed class Deadline(Action pass, Action<Deadline> gone) : ITimer
    {
        public void Pass() => pass();

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() => gone(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
