using Akka.Actor;
using Akka.Persistence;
using Npgsql;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Payloads;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Tests.Simulation;

/// <summary>
/// The cluster's database with its unique index, and the judge of what is written into it: every fact follows from the state before it, and only who began the
/// newest epoch tells of the run's progress.
/// </summary>
internal sealed class SimDatabase
{
    private readonly Dictionary<string, List<IPersistentRepresentation>> _rows = [];
    private readonly Dictionary<RunId, (RunState State, string Writer)> _runs = [];

    /// <summary>What must never be written and was.</summary>
    internal List<string> Violations { get; } = [];

    /// <summary>Whether nobody reaches it.</summary>
    internal bool IsDown { get; set; }

    /// <summary>Writes that are stored while their writer hears of a failure.</summary>
    internal int Unheard { get; set; }

    internal Dictionary<Digest, Payload> Payloads { get; } = [];

    internal Dictionary<(string Id, long Sequence), byte[]> Snapshots { get; } = [];

    /// <summary>How often a recovery began with a snapshot.</summary>
    internal int Offered { get; set; }

    /// <summary>A run's snapshots, the newest first.</summary>
    internal IEnumerable<KeyValuePair<long, byte[]>> SnapshotsOf(string id) =>
        Snapshots.Where(pair => pair.Key.Id == id).OrderByDescending(pair => pair.Key.Sequence).Select(pair => KeyValuePair.Create(pair.Key.Sequence, pair.Value));

    internal IReadOnlyList<IRunEvent> Facts(RunId run) => [.. Rows(run.PersistenceId).Select(row => (IRunEvent)row.Payload)];

    internal IReadOnlyList<RunId> Runs => [.. _runs.Keys];

    internal IReadOnlyList<IPersistentRepresentation> Rows(string id) => _rows.TryGetValue(id, out var rows) ? rows : [];

    /// <summary>Stores a write, whole or not at all; answers with why it failed.</summary>
    internal Exception? Write(string writer, IReadOnlyList<IPersistentRepresentation> write)
    {
        if (IsDown)
        {
            return new SimUnreachableException();
        }

        if (!_rows.TryGetValue(write[0].PersistenceId, out var rows))
        {
            _rows[write[0].PersistenceId] = rows = [];
        }

        foreach (var (at, row) in write.Index())
        {
            if (row.SequenceNr <= rows.Count)
            {
                return new SimFencedException();
            }

            if (row.SequenceNr != rows.Count + 1 + at)
            {
                Violations.Add($"{writer} left a gap before event {row.SequenceNr}");
            }
        }

        foreach (var row in write)
        {
            rows.Add(row);
            Judge(writer, (IRunEvent)row.Payload);
        }

        if (Unheard > 0)
        {
            Unheard--;
            return new SimUnreachableException();
        }

        return null;
    }

    private void Judge(string writer, IRunEvent fact)
    {
        var (state, owner) = _runs.TryGetValue(fact.Run, out var known) ? known : (new RunState(fact.Run), "");
        if (fact is RunEvents.Resumed resumed && resumed.Epoch != state.Epoch.Next())
        {
            Violations.Add($"{writer} resumed in epoch {resumed.Epoch} after {state.Epoch}");
        }

        if (fact is RunEvents.GroupCompleted group && state.Planned.FirstOrDefault(plan => plan.Step == group.Group.Step) is var planned
            && (planned is null || group.Policy != planned.Policy || group.Table != planned.Table || !planned.IsMissing(group.Group.Index)))
        {
            Violations.Add($"{writer} completed {group.Group}, which was not planned, made by another policy, or completed before");
        }

        if (fact is RunEvents.StepTrained trained && (trained.Step != state.Step + 1 || state.Open is not { } step || step.Step != trained.Step || step.MissingCount > 0))
        {
            Violations.Add($"{writer} trained step {trained.Step} after {state.Step}, or on groups that are missing");
        }

        if (IsProgress(fact) && writer != owner)
        {
            Violations.Add($"{writer} wrote {fact.GetType().Name} in the epoch of {owner}");
        }

        try
        {
            _runs[fact.Run] = (state.Apply(fact), fact is RunEvents.Started or RunEvents.Resumed ? writer : owner);
        }
        catch (InvalidOperationException impossible)
        {
            Violations.Add(impossible.Message);
        }
    }

    private static bool IsProgress(IRunEvent fact) => fact is RunEvents.BaselinesMeasured or RunEvents.WarmStartAdvanced or RunEvents.ReinforcementBegun or RunEvents.ItemTableReady
        or RunEvents.StepPlanned or RunEvents.GroupCompleted or RunEvents.StepTrained or RunEvents.CheckpointWritten or RunEvents.Evaluated or RunEvents.Completed;
}

/// <summary>The unique index refused a write.</summary>
internal sealed class SimFencedException()
    : Exception("the write was refused", new PostgresException("duplicate key value violates unique constraint", "ERROR", "ERROR", PostgresErrorCodes.UniqueViolation));

/// <summary>Nobody knows whether a write was stored.</summary>
internal sealed class SimUnreachableException() : Exception("the database is out of reach");

/// <summary>The journal's plugin: the machine's database, at once.</summary>
internal sealed class SimJournal : ReceiveActor
{
    public SimJournal()
    {
        Receive<WriteMessages>(OnWrite);
        Receive<ReplayMessages>(OnReplay);
    }

    internal static SimMachine Machine { get; set; } = null!;

    private static SimDatabase Database => Machine.Database;

    private void OnWrite(WriteMessages write)
    {
        var rows = write.Messages.OfType<AtomicWrite>().SelectMany(part => (IEnumerable<IPersistentRepresentation>)part.Payload).ToList();
        var failure = rows.Count == 0 ? null : Database.Write(write.PersistentActor.Path.ToStringWithoutAddress(), rows);
        write.PersistentActor.Tell(failure is null ? WriteMessagesSuccessful.Instance : new WriteMessagesFailed(failure, rows.Count), Self);
        foreach (var message in write.Messages)
        {
            if (message is not AtomicWrite part)
            {
                write.PersistentActor.Tell(new LoopMessageSuccess(message.Payload, write.ActorInstanceId), message.Sender);
                continue;
            }

            foreach (var row in (IEnumerable<IPersistentRepresentation>)part.Payload)
            {
                write.PersistentActor.Tell(failure is null ? new WriteMessageSuccess(row, write.ActorInstanceId) : new WriteMessageFailure(row, failure, write.ActorInstanceId), row.Sender);
            }
        }
    }

    private void OnReplay(ReplayMessages replay)
    {
        if (Database.IsDown)
        {
            replay.PersistentActor.Tell(new ReplayMessagesFailure(new SimUnreachableException()), Self);
            return;
        }

        var rows = Database.Rows(replay.PersistenceId);
        foreach (var row in rows.Where(row => row.SequenceNr >= replay.FromSequenceNr && row.SequenceNr <= replay.ToSequenceNr))
        {
            replay.PersistentActor.Tell(new ReplayedMessage(row), Self);
        }

        replay.PersistentActor.Tell(new RecoverySuccess(rows.Count), Self);
    }
}

/// <summary>The snapshots' plugin: as bytes in the machine's database, at once.</summary>
internal sealed class SimSnapshots : ReceiveActor
{
    public SimSnapshots()
    {
        Receive<LoadSnapshot>(OnLoad);
        Receive<SaveSnapshot>(OnSave);
        Receive<DeleteSnapshots>(OnDelete);
    }

    private static SimDatabase Database => SimJournal.Machine.Database;

    private void OnLoad(LoadSnapshot load)
    {
        if (Database.IsDown)
        {
            Sender.Tell(new LoadSnapshotFailed(new SimUnreachableException()));
            return;
        }

        var found = load.Criteria.Equals(SnapshotSelectionCriteria.None)
            ? null
            : Database.SnapshotsOf(load.PersistenceId).Where(pair => pair.Key <= load.Criteria.MaxSequenceNr)
                .Select(pair => new SelectedSnapshot(new SnapshotMetadata(load.PersistenceId, pair.Key, DateTime.UnixEpoch), SnapshotSerializer.Read(pair.Value, "snapshot.run.v1")))
                .FirstOrDefault(selected => selected.Snapshot is RunSnapshot);
        Database.Offered += found is null ? 0 : 1;
        Sender.Tell(new LoadSnapshotResult(found, load.ToSequenceNr));
    }

    private void OnSave(SaveSnapshot save)
    {
        if (Database.IsDown)
        {
            Sender.Tell(new SaveSnapshotFailure(save.Metadata, new SimUnreachableException()));
            return;
        }

        Database.Snapshots[(save.Metadata.PersistenceId, save.Metadata.SequenceNr)] = SnapshotSerializer.Write((RunSnapshot)save.Snapshot);
        Sender.Tell(new SaveSnapshotSuccess(save.Metadata));
    }

    private void OnDelete(DeleteSnapshots delete)
    {
        foreach (var old in Database.Snapshots.Keys.Where(key => key.Id == delete.PersistenceId && key.Sequence <= delete.Criteria.MaxSequenceNr).ToList())
        {
            Database.Snapshots.Remove(old);
        }

        Sender.Tell(new DeleteSnapshotsSuccess(delete.Criteria));
    }
}
