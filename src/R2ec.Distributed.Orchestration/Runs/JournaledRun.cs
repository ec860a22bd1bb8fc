using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Rollouts;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>
/// A run's state and its journal: persist, apply, then reply. Commands that wait are decided in sequence and stored by one write (group commit), since one
/// write for each would hold a run to a few hundred groups a second. What cannot be stored ends the actor; the next process recovers from what is.
/// </summary>
public abstract class JournaledRun : ReceivePersistentActor
{
    private readonly TimeProvider _clock;
    private readonly Func<Exception, string> _explain;
    private readonly Action<Exception>? _failed;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly List<CommandBatch.Waiting> _waiting = [];
    private readonly SnapshotRule _snapshots;
    private bool _flushing;
    private long _asked;
    private long _kept;

    /// <summary>A run whose events are replayed into <see cref="State"/>.</summary>
    /// <param name="run">The run.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="explain">What a failure of the journal means for a person.</param>
    /// <param name="failed">Told of a write that failed.</param>
    /// <param name="snapshots">Which snapshots are taken and kept.</param>
    protected JournaledRun(RunId run, TimeProvider clock, Func<Exception, string> explain, Action<Exception>? failed, SnapshotRule snapshots = default)
    {
        _clock = clock;
        _explain = explain;
        _failed = failed;
        _snapshots = snapshots;
        State = new RunState(run);
        Recover<IRunEvent>(fact => State = State.Apply(fact));
        Recover<SnapshotOffer>(OnOffer);
        Command<Flush>(_ => OnFlush());
        Command<SaveSnapshotSuccess>(m => OnSnapshot(m.Metadata.SequenceNr));
        Command<SaveSnapshotFailure>(m => _log.Warning("No snapshot was kept after event {Sequence}: {Reason}. The run goes on without", m.Metadata.SequenceNr, Faults.Reason(m.Cause)));
        Command<DeleteSnapshotsSuccess>(_ => { });
        Command<DeleteSnapshotsFailure>(m => _log.Warning("Older snapshots were not removed: {Reason}", Faults.Reason(m.Cause)));
    }

    /// <inheritdoc/>
    public override string PersistenceId => State.Run.PersistenceId;

    /// <inheritdoc/>
    public override Recovery Recovery => new(_snapshots.Journaled > 0 ? new SnapshotSelectionCriteria(_snapshots.Journaled) : SnapshotSelectionCriteria.None);

    /// <summary>The run as the journal tells it.</summary>
    protected RunState State { get; private set; }

    /// <summary>Takes a command into the next write; the reply is given once its facts are stored.</summary>
    protected void Take(IRunCommand command, Action<RunReply>? reply = null)
    {
        _waiting.Add(new CommandBatch.Waiting(command, reply));
        Nudge();
    }

    /// <summary>Has the next write made, also where no command waits.</summary>
    protected void Nudge()
    {
        if (!_flushing)
        {
            _flushing = true;
            Self.Tell(new Flush());
        }
    }

    /// <summary>A chance to add facts that follow from the batch alone.</summary>
    private protected virtual CommandBatch Completed(CommandBatch batch) => batch;

    /// <summary>A fact is stored and applied.</summary>
    protected abstract void OnFact(IRunEvent fact);

    /// <summary>A batch is stored and answered.</summary>
    protected abstract void OnCommitted(TimeSpan took);

    /// <summary>The run's work in this process ended.</summary>
    protected abstract void End(string reason, bool isInput);

    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    /// <inheritdoc/>
    protected override bool AroundReceive(Receive receive, object message) => base.AroundReceive(receive, WirePassage.Of(message));

    /// <inheritdoc/>
    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        _log.Error(cause, "Could not store event {Sequence}", sequenceNr);
        _failed?.Invoke(cause);
        End(_explain(cause), isInput: true);
        base.OnPersistFailure(cause, @event, sequenceNr);
    }

    /// <inheritdoc/>
    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        _log.Error(cause, "Could not serialise event {Sequence}", sequenceNr);
        End($"Event {sequenceNr} of run {State.Run} cannot be stored: {Faults.Reason(cause)}", isInput: false);
        Context.Stop(Self);
    }

    /// <inheritdoc/>
    protected override void OnRecoveryFailure(Exception reason, object? message)
    {
        End(_explain(reason), isInput: true);
        base.OnRecoveryFailure(reason, message);
    }

    private void OnFlush()
    {
        _flushing = false;
        var batch = Completed(CommandBatch.Decide(State, _waiting, _clock.GetUtcNow()));
        _waiting.Clear();
        foreach (var refused in batch.Refused)
        {
            _log.Warning("Refused: {Reason}", refused);
        }

        var began = _clock.GetTimestamp();
        PersistAll(batch.Facts, Stored);
        DeferAsync(batch, done =>
        {
            foreach (var (to, reply) in done.Replies)
            {
                to?.Invoke(reply);
            }

            OnCommitted(_clock.GetElapsedTime(began));
            KeepSnapshot();
        });
    }

    private void OnOffer(SnapshotOffer offer)
    {
        State = ((RunSnapshot)offer.Snapshot).State;
        _asked = _kept = State.Facts;
        _log.Info("Took up the state after event {Sequence} of run {Run} from its snapshot", State.Facts, State.Run);
    }

    private void KeepSnapshot()
    {
        if (_snapshots.IsDue(_asked, State.Facts))
        {
            _asked = State.Facts;
            SaveSnapshot(RunSnapshot.Of(State));
        }
    }

    // The one before stays, in case that this one cannot be read one day.
    private void OnSnapshot(long sequence)
    {
        if (_kept > 1)
        {
            DeleteSnapshots(new SnapshotSelectionCriteria(_kept - 1));
        }

        _kept = sequence;
    }

    private void Stored(IRunEvent fact)
    {
        State = State.Apply(fact);
        OnFact(fact);
    }

    private sealed record Flush : INoSerializationVerificationNeeded;
}
