using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Orchestration.Cluster;

/// <summary>The cluster's runs in the order of their submission, as their journals tell. The first that goes on is worked on. Not thread-safe.</summary>
internal sealed class RunQueue
{
    private readonly OrderedDictionary<RunId, RunState> _runs = [];
    private readonly HashSet<RunId> _accepted = [];
    private readonly Dictionary<RunId, string> _refused = [];

    /// <summary>Runs that have ended, which nothing changes any more.</summary>
    internal IReadOnlyDictionary<RunId, RunState> Known => _runs.Where(pair => pair.Value.Phase is RunPhase.Completed or RunPhase.Stopped).ToDictionary();

    /// <summary>Reads every run's state; those that have ended are taken as they are known.</summary>
    internal static async Task<IReadOnlyList<RunState>> ReadAsync(IRunJournals journals, IReadOnlyDictionary<RunId, RunState> known, CancellationToken stop)
    {
        var states = new List<RunState>();
        foreach (var run in await journals.RunsAsync(stop).ConfigureAwait(false))
        {
            states.Add(known.TryGetValue(run, out var ended) ? ended : await journals.StateAsync(run, stop).ConfigureAwait(false));
        }

        return states;
    }

    internal void Take(IReadOnlyList<RunState> states)
    {
        _runs.Clear();
        foreach (var state in states)
        {
            // Of a run that does not go on nobody asks for more, and its groups may be many.
            _runs.Add(state.Run, state.Phase is RunPhase.Running or RunPhase.Queued ? state : new RunState(state.Run) { Phase = state.Phase, Facts = state.Facts });
        }
    }

    /// <summary>The run to work on: one that is under way before one that waits.</summary>
    internal RunState? Next() => _runs.Values.FirstOrDefault(state => state.Phase == RunPhase.Running) ?? _runs.Values.FirstOrDefault(state => state.Phase == RunPhase.Queued);

    internal (RunPhase Phase, bool IsOpen)? Find(RunId run) => _runs.TryGetValue(run, out var state) ? (state.Phase, state.Phase is RunPhase.Running or RunPhase.Queued) : null;

    /// <summary>Events of a run when its journal was read; 0 where it is not known.</summary>
    internal long Facts(RunId run) => _runs.TryGetValue(run, out var state) ? state.Facts : 0;

    /// <summary>A person accepts other numerics for a run.</summary>
    internal void Accept(RunId run) => _accepted.Add(run);

    internal bool Accepts(RunId run) => _accepted.Contains(run);

    /// <summary>A run cannot be worked on here.</summary>
    internal void Refuse(RunId run, string reason) => _refused[run] = reason;

    internal string? TakeRefusal(RunId run) => _refused.Remove(run, out var reason) ? reason : null;
}
