using Akka.Actor;
using Akka.Event;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Cluster;
using R2ec.Distributed.Orchestration.Evaluation;
using R2ec.Distributed.Orchestration.Learning;
using R2ec.Distributed.Orchestration.Payloads;
using R2ec.Distributed.Orchestration.Rollouts;
using static R2ec.Distributed.Orchestration.Runs.RunNotes;

namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>
/// A run: decides by <see cref="RunState"/>, journals, and has the next order done. Nothing is true until it is in the journal: an order leaves, a reply is
/// given and a projection is told only after the facts behind it are stored.
/// </summary>
/// <remarks>
/// Behaviours: Idle → (Begin, Resume) → Restoring → Working → (Completed, Interrupted, Paused, Failed) → Ended. In Restoring the learner trains journaled work
/// again and every digest is compared. Commands that wait are decided in sequence and committed together.
/// Orders that the state gives together are in work together; who does them: the learner, the encoder, the evaluator, or the dispatcher.
/// </remarks>
public sealed class RunActor : JournaledRun, IWithTimers
{
    private readonly RunServices _services;
    private readonly RunClockwork _times;
    private readonly BundleStore _bundles;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly AskedBundles _asked;
    private readonly RunTables _tables;
    private readonly HashSet<string> _issued = [];
    private readonly EarlyAsks _early = new();
    private readonly RunLosses _losses = new();
    private readonly RunTelling _telling;
    private readonly GroupSweep _sweep;
    private RunCrew? _crew;
    private PromptOrder? _order;
    private readonly HeldBlob _groups;
    private bool _restoring;
    private IRunCommand? _ending;
    private bool _interrupted;
    private bool _isInput;
    private int _learnerFailures;

    /// <summary>A run.</summary>
    public RunActor(RunId run, RunServices services)
        : base(run, services.Clock, services.Explain, services.JournalFailed, new SnapshotRule(services.Journaled, services.Work.SnapshotEvents))
    {
        _services = services;
        (_times, _bundles, _telling) = (new RunClockwork(services.Clock), new BundleStore(services), new RunTelling(services.Watch, _log));
        (_asked, _tables, _groups, _sweep) = (new AskedBundles(_bundles), new RunTables(services.Blobs), new HeldBlob(services.Blobs), new GroupSweep(services.Payloads, services.Work.KeepGroups, _log));
        Command<RunProtocol.Begin>(m => Take(new RunCommands.Start(m.Spec, m.Plan, m.Data, m.Tokenizer, m.Numerics), Answer(Sender)));
        Command<RunProtocol.Resume>(m => Take(new RunCommands.Resume(m.Numerics, m.AcceptOtherNumerics, m.Known), Answer(Sender)));
        Command<RunProtocol.Drain>(_ => OnDrain(new RunCommands.Interrupt()));
        Command<ClusterProtocol.PauseRun>(_ => OnPause());
        Command<ClusterProtocol.StopRun>(_ => Take(new RunCommands.Stop(), Answer(Sender)));
        Command<WorkProtocol.AskForWork>(m => _early.Ask(m, Sender, _crew?.Dispatcher));
        Command<LearningProtocol.AskForShard>(m => _early.Ask(m, Sender, _crew?.Desk));
        Command<ClusterProtocol.ILearnerNode>(m => _crew?.Learner.Forward(m));
        Command<ClusterProtocol.CheckpointsHeld>(m => _sweep.Behind(m.Manifests, State));
        Command<ClusterProtocol.LearnerLost>(OnLearnerLost);
        Command<ClusterProtocol.NodeGone>(m => _losses.Take(m, _crew?.Dispatcher ?? Self, Self));
        Command<WorkProtocol.WorkersGone>(m => Self.Tell(new WorkProtocol.LeasesReturned(m.Prefix, 0)));
        Command<WorkProtocol.LeasesReturned>(m => _losses.Returned(m, State, Take));
        Command<CoordinatorRequests.Leases>(m => _crew?.Dispatcher.Forward(m));
        Command<CoordinatorRequests.Waits>(_ => Sender.Tell(new CoordinatorRequests.WaitList(_times.Waits(State, _restoring, _issued))));
        Command<WorkProtocol.WorkFinished>(OnBundle);
        Command<WorkProtocol.WorkExhausted>(OnExhausted);
        Command<LearningProtocol.LearnerAt>(m => m.Epoch == State.Epoch, OnLearner);
        Command<LearningProtocol.CheckpointSaved>(m => Take(new RunCommands.ReportCheckpoint(m.Epoch, m.Position, m.Manifest, m.Folder)));
        Command<LearningProtocol.LearnerFailed>(m => m.Epoch == State.Epoch, OnLearnerFailed);
        Command<MeasuringProtocol.TableEncoded>(OnTable);
        Command<MeasuringProtocol.EvaluationDone>(m => Take(new RunCommands.ReportEvaluation(m.Epoch, m.Step, m.Kind, m.Metrics, m.Ranks, m.Chains)));
        Command<MeasuringProtocol.SweepFailed>(m => m.Epoch == State.Epoch, m => GiveUp(m.Reason, m.IsInput));
        Command<MeasuringProtocol.SweepProgress>(m => _telling.Progress(State, _issued.Any(OrderNames.IsEvaluation) ? "evaluate" : "encode", m.Done, m.Total));
        Command<Measured>(m => Take(new RunCommands.ReportBaselines(m.Epoch, m.Rows)));
        Command<Stored>(m => Take(new RunCommands.CompleteGroups(m.Epoch, m.Groups)));
        Command<TableLoaded>(OnTableLoaded);
        Command<Faulted>(m => m.Epoch == State.Epoch, OnFaulted);
        Command<RestoreAgain>(m => m.Epoch == State.Epoch, _ => RestoreAnew());
        Command<Terminated>(m => GiveUp($"{m.ActorRef.Path.Name} stopped by a fault of its own; the log has it", false));
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>How it is made.</summary>
    public static Props Props(RunId run, RunServices services) => Akka.Actor.Props.Create(() => new RunActor(run, services));

    private protected override CommandBatch Completed(CommandBatch batch) =>
        _ending is not null || _restoring || _crew is null ? batch : batch.WithPlans(_order ??= new PromptOrder(batch.State.Plan!));

    /// <inheritdoc/>
    protected override void OnFact(IRunEvent fact)
    {
        _telling.Fact(fact, State);
        switch (fact)
        {
            case RunEvents.Started or RunEvents.Resumed:
                Restore();
                break;
            case RunEvents.StepPlanned e:
                _times.Planned(e.Step);
                _asked.Keep(State);
                break;
            case RunEvents.GroupsDropped e:
                _times.Dropped(e.Groups.Count);
                break;
            case RunEvents.PlanShortened:
                _crew!.Dispatcher.Tell(new WorkProtocol.ForgetAll());
                break;
            case RunEvents.ItemTableReady:
                _tables.Keep(State);
                break;
            case RunEvents.StepTrained:
                _groups.Take(null);
                break;
            case RunEvents.CheckpointWritten e when _services.Learner is null:
                _crew!.KeepCopies(State, e);
                break;
            case RunEvents.Completed or RunEvents.Interrupted or RunEvents.Failed or RunEvents.Paused or RunEvents.Stopped:
                _crew?.Dispatcher.Tell(new WorkProtocol.ForgetAll());
                End(State.Reason, _isInput);
                break;
        }
    }

    // Nothing from before a restoration is waited for: meanwhile the learner's published versions come and go. Groups that are stored stay.
    private void Forget()
    {
        _crew?.Dispatcher.Tell(new WorkProtocol.ForgetAll());
        _asked.Clear();
        _groups.Take(null);
    }

    // Only a new epoch shuts out what the lost learner may still do.
    private void OnLearnerLost(ClusterProtocol.LearnerLost lost)
    {
        if (lost.Epoch == State.Epoch && State.Phase == RunPhase.Running)
        {
            _log.Warning("The learner on {Node} is lost ({Evidence}): the run begins its next epoch", lost.Node, lost.Evidence);
            Take(new RunCommands.Resume(State.Numerics, false));
        }
    }

    // A learner on another node may still answer what it was told before: an epoch of its own tells these answers from those after the restoration.
    private void RestoreAnew()
    {
        if (_services.Learner is null)
        {
            Take(new RunCommands.Resume(State.Numerics, false));
        }
        else
        {
            Restore();
        }
    }

    private void Restore()
    {
        _crew ??= _early.HandOver(RunCrew.Hire(Context, State, _services));
        _restoring = true;
        Forget();
        _issued.Clear();
        _times.Issued("restore");
        _log.Info("Run {Run} works in epoch {Epoch} from {Position}", State.Run, State.Epoch.Value, State.Position);
        _crew.Learner.Tell(new LearningProtocol.Restore(State.Epoch, [.. RunRecovery.Serving(State).Take(RunCrew.MostCandidates)], RunRecovery.Journaled(State)));
    }

    private void OnLearner(LearningProtocol.LearnerAt at)
    {
        if (!_restoring)
        {
            _learnerFailures = 0;
            Take(LearnerOrders.Report(at, State, _times));
            return;
        }

        if (State.WeightsAt(at.Position) is { } journaled && journaled != at.Weights)
        {
            GiveUp($"Trained again up to {at.Position}, the weights are {at.Weights.Brief}, but the journal says {journaled.Brief}: this machine does not make the bits that the run was made of.", true);
            return;
        }

        _groups.Take(null);
        _telling.Progress(State, "restore", at.Position.Step, State.Position.Step);
        if (_ending is not null)
        {
            Interrupt();
        }
        else if (RunRecovery.Next(State, at.Position) is { } again)
        {
            _crew!.Learner.Tell(LearnerOrders.Of(again, State, _groups, _bundles));
        }
        else
        {
            _restoring = false;
            Nudge();
        }
    }

    /// <inheritdoc/>
    protected override void OnCommitted(TimeSpan took)
    {
        _times.Journaled(took, State);
        Advance();
    }

    private void Advance()
    {
        if (_crew is null || _restoring || State.Phase != RunPhase.Running)
        {
            return;
        }

        _asked.Tell(State, _crew.Dispatcher);
        var orders = State.Orders().Select(order => (Name: OrderNames.Of(order), Order: order)).ToList();
        _issued.IntersectWith(orders.Select(order => order.Name));
        if (_ending is not null)
        {
            EndAtBoundary();
            return;
        }

        foreach (var (name, order) in orders)
        {
            if (_issued.Add(name))
            {
                _times.Issued(name);
                Issue(name, order);
            }
        }
    }

    private void Issue(string name, RunOrder order)
    {
        if (RunTables.Needed(order) is { } table && _tables.Of(table) is null)
        {
            _issued.Remove(name);
            _tables.LoadAsync(table, State, _bundles)?.PipeTo(Self, success: blob => new TableLoaded(table, blob), failure: Fault);
            return;
        }

        switch (order)
        {
            case RunOrder.MeasureBaselines:
                var epoch = State.Epoch;
                _services.Baselines.MeasureAsync(_crew!.Stopping).PipeTo(Self, success: rows => new Measured(epoch, [.. rows.Select(row => BaselineMetrics.Of(row.Name, row.Metrics))]), failure: Fault);
                break;
            case RunOrder.Complete:
                Take(new RunCommands.Complete());
                break;
            case RunOrder.PlanStep or RunOrder.AssembleStep:
                Nudge();
                break;
            case RunOrder.TrainStep o:
                _times.Training(o.Step.Step, State);
                _crew!.Learner.Tell(LearnerOrders.Of(order, State, _groups, _bundles));
                break;
            case RunOrder.TrainWarmStart or RunOrder.BeginReinforcement or RunOrder.WriteCheckpoint:
                _crew!.Learner.Tell(LearnerOrders.Of(order, State, _groups, _bundles));
                break;
            default:
                _crew!.Send(order, State, _tables.Of(RunTables.Needed(order)), _asked);
                break;
        }
    }

    private void OnBundle(WorkProtocol.WorkFinished finished)
    {
        var epoch = State.Epoch;
        _asked.StoreAsync(finished, State)?.PipeTo(Self, success: groups => new Stored(epoch, groups), failure: Fault);
    }

    private void OnExhausted(WorkProtocol.WorkExhausted exhausted)
    {
        if (_asked.WithoutThem(exhausted, State) is { } drop)
        {
            Take(drop);
        }
        else
        {
            GiveUp($"{exhausted.Work} failed too often: {exhausted.Reason}", exhausted.IsInput);
        }
    }

    private void OnTable(MeasuringProtocol.TableEncoded encoded)
    {
        if (encoded.Epoch == State.Epoch)
        {
            _tables.Take(encoded.Table);
            Take(new RunCommands.ReportTable(encoded.Epoch, encoded.Version, encoded.Policy, encoded.Table.Digest, encoded.Payload));
        }
        else
        {
            _services.Blobs.Release(encoded.Table);
        }
    }

    private void OnTableLoaded(TableLoaded loaded)
    {
        _tables.Take(loaded.Table);
        if (loaded.Table.Digest != loaded.Wanted)
        {
            GiveUp($"The stored item table {loaded.Wanted.Brief} is {loaded.Table.Digest.Brief}: not what the journal says.", true);
            return;
        }

        Advance();
    }

    private void OnLearnerFailed(LearningProtocol.LearnerFailed failed)
    {
        _groups.Take(null);
        if (failed.Kind == FailureKind.Lost)
        {
            _log.Warning("What the learner needed was lost: it is restored on the next beat: {Reason}", failed.Reason);
            Timers.StartSingleTimer(nameof(RestoreAgain), new RestoreAgain(State.Epoch), _services.Work.Beat);
            return;
        }

        if (failed.Kind == FailureKind.Input || ++_learnerFailures >= _services.Work.FailureBudget)
        {
            GiveUp($"The learner failed: {failed.Reason}", failed.Kind == FailureKind.Input);
            return;
        }

        _log.Warning("The learner failed and is restored: {Reason}", failed.Reason);
        RestoreAnew();
    }

    // Learner orders are short and lose work when cut: they are waited for. Everything else is done again by a resumption.
    private void OnDrain(IRunCommand ending)
    {
        _ending = ending;
        if (_crew is null || State.Phase != RunPhase.Running)
        {
            End(State.Reason, false);
        }
        else if (!_restoring)
        {
            EndAtBoundary();
        }
    }

    private void EndAtBoundary()
    {
        if (!_interrupted && !_issued.Any(OrderNames.IsLearners))
        {
            Interrupt();
        }
    }

    private void Interrupt()
    {
        _interrupted = true;
        _crew?.Dispatcher.Tell(new WorkProtocol.ForgetAll());
        Take(_ending!);
    }

    private void OnPause()
    {
        Sender.Tell(new RunProtocol.Answer(State.Run, RunProtocol.AnswerKind.Working, $"Run {State.Run} pauses at its next boundary."));
        OnDrain(new RunCommands.Pause("paused by a person"));
    }

    private void GiveUp(string reason, bool isInput)
    {
        if (State.Phase == RunPhase.Running)
        {
            _isInput = isInput;
            _crew?.Dispatcher.Tell(new WorkProtocol.ForgetAll());
            Take(isInput ? new RunCommands.Fail(reason) : new RunCommands.Pause(reason));
        }
    }

    /// <inheritdoc/>
    protected override void End(string reason, bool isInput) =>
        _services.Watch.End(new RunOutcome(State.Run, State.Phase == RunPhase.Running ? RunPhase.Failed : State.Phase, State.Step, State.Steps, State.Weights, reason, isInput, WasComplete: false));

    private Action<RunReply> Answer(IActorRef to) => reply => to.Tell(RunProtocol.Answer.Of(reply, State));

    private Faulted Fault(Exception cause) => new(State.Epoch, Faults.Reason(cause), Faults.Kind(cause));

    // Where the database is out of reach nothing can be journaled either: whoever supervises takes the run up again.
    private void OnFaulted(Faulted faulted)
    {
        if (faulted.Kind == FailureKind.Lost)
        {
            _log.Warning("The run's actor ends until what it needs is back: {Reason}", faulted.Reason);
            End(faulted.Reason, isInput: false);
            Context.Stop(Self);
            return;
        }

        GiveUp(faulted.Reason, faulted.Kind == FailureKind.Input);
    }
}
