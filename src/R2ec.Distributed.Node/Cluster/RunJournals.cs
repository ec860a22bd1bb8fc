using System.Collections.Concurrent;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Cluster;
using R2ec.Distributed.Orchestration.Journal;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>
/// The journals as the coordinator reads them. What was read once is kept, since events never change; of runs that nobody asked for lately it is let go
/// when all together have too many events. Thread-safe.
/// </summary>
internal sealed class RunJournals(PostgresJournal journal) : IRunJournals
{
    /// <summary>Most events that are kept beside those of the run that was asked for last.</summary>
    private const int MostEvents = 200_000;

    private readonly ConcurrentDictionary<RunId, Kept> _kept = new();
    private long _asked;

    /// <inheritdoc/>
    /// <remarks>A coordinator reads them before it works, and again whenever a run's work ended: without the fence it goes no further.</remarks>
    public async Task<IReadOnlyList<RunId>> RunsAsync(CancellationToken stop)
    {
        await journal.RequireFenceAsync(stop);
        return await journal.RunsAsync(stop);
    }

    /// <inheritdoc/>
    public Task<RunState> StateAsync(RunId run, CancellationToken stop) => journal.StateAsync(run, stop);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<IRunEvent>> ReadAsync(RunId run, long after, CancellationToken stop)
    {
        var kept = _kept.GetOrAdd(run, _ => new Kept());
        await kept.Gate.WaitAsync(stop);
        try
        {
            var fresh = await journal.ReadAsync(run, kept.Events.Count, stop);
            kept.Events = fresh.Count == 0 ? kept.Events : [.. kept.Events, .. fresh];
            kept.Asked = Interlocked.Increment(ref _asked);
            return after == 0 ? kept.Events : [.. kept.Events.Skip((int)Math.Min(after, int.MaxValue))];
        }
        finally
        {
            kept.Gate.Release();
            Trim(run);
        }
    }

    // Who reads a journal that is let go has it still; the next one reads it anew.
    private void Trim(RunId run)
    {
        var others = _kept.Where(pair => pair.Key != run).OrderByDescending(pair => pair.Value.Asked).ToList();
        var sum = 0L;
        foreach (var (other, kept) in others)
        {
            sum += kept.Events.Count;
            if (sum > MostEvents)
            {
                _kept.TryRemove(other, out _);
            }
        }
    }

    private sealed class Kept
    {
        internal SemaphoreSlim Gate { get; } = new(1);

        internal IReadOnlyList<IRunEvent> Events { get; set; } = [];

        internal long Asked { get; set; }
    }
}
