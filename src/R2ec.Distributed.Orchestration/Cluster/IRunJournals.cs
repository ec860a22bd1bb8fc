using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Orchestration.Cluster;

/// <summary>The journals of a cluster's runs, for reading. Every call throws while the database is out of reach, and may be made again.</summary>
public interface IRunJournals
{
    /// <summary>Every run that has an event, in the order of their first events.</summary>
    Task<IReadOnlyList<RunId>> RunsAsync(CancellationToken stop);

    /// <summary>A run's state: from its newest snapshot that can be used, where there is one, and the events after it.</summary>
    Task<RunState> StateAsync(RunId run, CancellationToken stop);

    /// <summary>A run's events in their order.</summary>
    /// <param name="run">The run.</param>
    /// <param name="after">Sequence number of the last event that the caller has; 0 for all.</param>
    /// <param name="stop">Ends the wait.</param>
    Task<IReadOnlyList<IRunEvent>> ReadAsync(RunId run, long after, CancellationToken stop);
}
