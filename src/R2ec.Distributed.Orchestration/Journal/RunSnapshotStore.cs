using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Akka.Persistence;
using Akka.Persistence.Sql.Snapshot;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Journal;

/// <summary>
/// Snapshots beside the journal, in the same database: whoever restores one restores the other. One that cannot be used is passed over with a line in the
/// log, and the one before it is taken, or none.
/// </summary>
/// <param name="config">The plugin's settings.</param>
public sealed class RunSnapshotStore(Config config) : SqlSnapshotStore(config)
{
    private readonly ILoggingAdapter _log = Context.GetLogger();

    /// <inheritdoc/>
    protected override bool AroundReceive(Receive receive, object message) => base.AroundReceive(receive, WirePassage.Of(message));

    /// <inheritdoc/>
    protected override async Task<SelectedSnapshot?> LoadAsync(string persistenceId, SnapshotSelectionCriteria criteria, CancellationToken cancellationToken)
    {
        while (await base.LoadAsync(persistenceId, criteria, cancellationToken).ConfigureAwait(false) is { } found)
        {
            var sequence = found.Metadata.SequenceNr;
            if (SnapshotSerializer.Of(found.Snapshot, persistenceId, sequence) is not UnusableSnapshot unusable)
            {
                return found;
            }

            _log.Warning("The snapshot of {Id} after event {Sequence} is not used: {Reason}. An older one or the journal is read", persistenceId, sequence, unusable.Reason);
            criteria = new SnapshotSelectionCriteria(sequence - 1, criteria.MaxTimeStamp);
        }

        return null;
    }
}
