using Akka.Actor;
using Akka.Event;
using Akka.Persistence;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Evaluation;
using R2ec.Distributed.Orchestration.Journal;
using R2ec.Distributed.Orchestration.Learning;
using R2ec.Distributed.Orchestration.Payloads;
using R2ec.Distributed.Orchestration.Rollouts;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>
/// A run: decides by <see cref="RunState"/>, journals, and has the next order done. Nothing is true until it is in the journal: an order leaves, a reply is
/// given and a projection is told only after the facts behind it are stored.
/// </summary>
/// <remarks>
/// Behaviours: Idle → (Begin, Resume) → Restoring → Working → (Completed, Interrupted, Paused, Failed) → Ended. In Restoring the learner trains journaled work
/// again and every digest is compared. Commands that wait are decided in sequence and committed together.
/// One order is in work at a time; who does it: the learner, the encoder, the evaluator, or the dispatcher.
/// </remarks>
public sealed class RunActor : ReceivePersistentActor
{
    private readonly RunServices _services;
    private readonly RunClockwork _times;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly List<Waiting> _waiting = [];
    private readonly HashSet<WorkId> _asked = [];
    private RunState _state;
    private RunCrew? _crew;
    private PromptOrder? _order;
    private BlobRef? _table;
    private BlobRef? _groups;
    private string? _issued;
    private bool _restoring;
    private bool _flushing;
    private bool _draining;
    private bool _isInput;
    private int _learnerFailures;

    /// <summary>A run.</summary>
    public RunActor(RunId run, RunServices services)
    {
        _services = services;
        _times = new RunClockwork(services.Clock);
        _state = new RunState(run);
        Recover<IRunEvent>(fact => _state = _state.Apply(fact));
        Command<RunProtocol.Begin>(m => Take(new RunCommands.Start(m.Spec, m.Plan, m.Data, m.Tokenizer, m.Numerics), Answer(Sender)));
        Command<RunProtocol.Resume>(m => Take(new RunCommands.Resume(m.Numerics, m.AcceptOtherNumerics), Answer(Sender)));
        Command<RunProtocol.Drain>(_ => OnDrain());
        Command<WorkProtocol.AskForWork>(m => _crew?.Dispatcher.Forward(m));
        Command<LearningProtocol.AskForShard>(m => _crew?.Desk.Forward(m));
        Command<WorkProtocol.WorkFinished>(OnBundle);
        Command<WorkProtocol.WorkExhausted>(m => GiveUp($"{m.Work} failed too often: {m.Reason}", m.IsInput));
        Command<LearningProtocol.LearnerAt>(m => m.Epoch == _state.Epoch, OnLearner);
        Command<LearningProtocol.CheckpointSaved>(m => Take(new RunCommands.ReportCheckpoint(m.Epoch, m.Position, m.Manifest, m.Folder)));
        Command<LearningProtocol.LearnerFailed>(m => m.Epoch == _state.Epoch, OnLearnerFailed);
        Command<MeasuringProtocol.TableEncoded>(OnTable);
        Command<MeasuringProtocol.EvaluationDone>(m => Take(new RunCommands.ReportEvaluation(m.Epoch, m.Step, m.Kind, m.Metrics, m.Ranks, m.Chains)));
        Command<MeasuringProtocol.SweepFailed>(m => m.Epoch == _state.Epoch, m => GiveUp(m.Reason, m.IsInput));
        Command<MeasuringProtocol.SweepProgress>(m => Report(_issued is { } at && at.StartsWith("evaluate", StringComparison.Ordinal) ? "evaluate" : "encode", m.Done, m.Total));
        Command<Baselines>(m => Take(new RunCommands.ReportBaselines(m.Epoch, m.Rows)));
        Command<Stored>(m => Take(new RunCommands.CompleteGroups(m.Epoch, m.Groups)));
        Command<TableLoaded>(OnTableLoaded);
        Command<Faulted>(m => m.Epoch == _state.Epoch, m => GiveUp(m.Reason, m.IsInput));
        Command<Flush>(_ => OnFlush());
        Command<Terminated>(m => GiveUp($"{m.ActorRef.Path.Name} stopped by a fault of its own; the log has it", false));
    }

    /// <inheritdoc/>
    public override string PersistenceId => _state.Run.PersistenceId;

    /// <summary>How it is made.</summary>
    public static Props Props(RunId run, RunServices services) => Akka.Actor.Props.Create(() => new RunActor(run, services));

    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    /// <inheritdoc/>
    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr)
    {
        _log.Error(cause, "Could not store event {Sequence}", sequenceNr);
        End(JournalFaults.Explain(_services.Folder, cause), isInput: true);
        base.OnPersistFailure(cause, @event, sequenceNr);
    }

    /// <inheritdoc/>
    protected override void OnPersistRejected(Exception cause, object @event, long sequenceNr)
    {
        _log.Error(cause, "Could not serialise event {Sequence}", sequenceNr);
        End($"Event {sequenceNr} of run {_state.Run} cannot be stored: {Faults.Reason(cause)}", isInput: false);
        Context.Stop(Self);
    }

    /// <inheritdoc/>
    protected override void OnRecoveryFailure(Exception reason, object? message)
    {
        End(JournalFaults.Explain(_services.Folder, reason), isInput: true);
        base.OnRecoveryFailure(reason, message);
    }

    /// <inheritdoc/>
    protected override bool AroundReceive(Receive receive, object message) => base.AroundReceive(receive, WirePassage.Of(message));

    private void Take(IRunCommand command, Action<RunReply>? reply = null)
    {
        _waiting.Add(new Waiting(command, reply));
        Nudge();
    }

    private void Nudge()
    {
        if (!_flushing)
        {
            _flushing = true;
            Self.Tell(new Flush());
        }
    }

    // Group commit: what waits is decided in sequence and stored by one write; planning the next step needs nobody and goes along.
    private void OnFlush()
    {
        _flushing = false;
        var now = _services.Clock.GetUtcNow();
        var (state, facts, replies) = (_state, new List<IRunEvent>(), new List<(Action<RunReply>? To, RunReply Reply)>());
        foreach (var waiting in _waiting)
        {
            var decision = state.Decide(waiting.Command, now);
            state = decision.Events.Aggregate(state, (at, fact) => at.Apply(fact));
            facts.AddRange(decision.Events);
            replies.Add((waiting.Reply, decision.Reply));
            if (decision.Reply is RunReply.Refused refused && waiting.Reply is null)
            {
                _log.Warning("Refused {Command}: {Reason}", waiting.Command.GetType().Name, refused.Reason);
            }
        }

        _waiting.Clear();
        if (!_draining && !_restoring && _crew is not null && state.NextOrder() is RunOrder.PlanStep plan)
        {
            facts.AddRange(state.Decide(new RunCommands.PlanStep(plan.Step, Order(state.Plan!).Samples(plan.Step)), now).Events);
        }

        var began = _services.Clock.GetTimestamp();
        PersistAll(facts, OnFact);
        DeferAsync(replies, done =>
        {
            _times.Journaled(_services.Clock.GetElapsedTime(began));
            foreach (var (to, reply) in done)
            {
                to?.Invoke(reply);
            }

            Advance();
        });
    }

    private void OnFact(IRunEvent fact)
    {
        _state = _state.Apply(fact);
        _services.Watch.Post(fact);
        switch (fact)
        {
            case RunEvents.Started or RunEvents.Resumed:
                Restore();
                break;
            case RunEvents.StepPlanned:
                _times.Planned();
                _asked.Clear();
                break;
            case RunEvents.StepTrained e:
                Release(ref _groups);
                Report("train", e.Step, _state.Steps, e.Metrics);
                break;
            case RunEvents.Evaluated e:
                Report("evaluate", e.Step, _state.Steps, e.Metrics);
                break;
            case RunEvents.WarmStartAdvanced e:
                Report("warm_start", e.Step, _state.Plan!.WarmStartSteps, e.Metrics);
                break;
            case RunEvents.CheckpointWritten e:
                _log.Info("Wrote checkpoint {Folder}", e.Folder);
                break;
            case RunEvents.Completed or RunEvents.Interrupted or RunEvents.Failed or RunEvents.Paused:
                End(_state.Reason, _isInput);
                break;
            default:
                break;
        }
    }

    private void Restore()
    {
        _crew ??= RunCrew.Hire(Context, _state, _services);
        _restoring = true;
        _issued = null;
        _log.Info("Run {Run} works in epoch {Epoch} from {Position}", _state.Run, _state.Epoch.Value, _state.Position);
        _crew.Learner.Tell(new LearningProtocol.Restore(_state.Epoch, [.. RunRecovery.Candidates(_state).Take(RunCrew.MostCandidates)]));
    }

    private void OnLearner(LearningProtocol.LearnerAt at)
    {
        if (!_restoring)
        {
            _learnerFailures = 0;
            Take(at.Position switch
            {
                { Stage: RunStage.WarmStart } => new RunCommands.ReportWarmStart(at.Epoch, at.Position.Step, at.Weights, at.Metrics),
                { Step: 0 } => new RunCommands.ReportReinforcement(at.Epoch, at.Weights),
                _ => new RunCommands.ReportTrained(at.Epoch, at.Position.Step, at.Weights, [.. at.Metrics, .. _times.Trained(at.Metrics)]),
            });
            return;
        }

        if (_state.WeightsAt(at.Position) is { } journaled && journaled != at.Weights)
        {
            GiveUp($"Trained again up to {at.Position}, the weights are {at.Weights.Brief}, but the journal says {journaled.Brief}: this machine does not make the bits that the run was made of.", true);
            return;
        }

        Release(ref _groups);
        Report("restore", at.Position.Step, _state.Position.Step);
        if (_draining)
        {
            Interrupt();
        }
        else if (RunRecovery.Next(_state, at.Position) is { } again)
        {
            _crew!.Learner.Tell(LearnerOrder(again));
        }
        else
        {
            _restoring = false;
            Nudge();
        }
    }

    private LearningProtocol.ILearnerOrder LearnerOrder(RunOrder order)
    {
        if (order is RunOrder.TrainStep { Step: var step })
        {
            _groups = _services.Blobs.Put(BlobContracts.Write(new StepGroups(step.Policy, [.. step.Payloads.Select(payload => payload!.Value)])));
            return new LearningProtocol.TrainStep(_state.Epoch, step.Step, _groups);
        }

        return order switch
        {
            RunOrder.TrainWarmStart o => new LearningProtocol.TrainWarmStart(_state.Epoch, o.UntilStep),
            RunOrder.BeginReinforcement => new LearningProtocol.BeginReinforcement(_state.Epoch),
            RunOrder.WriteCheckpoint o => new LearningProtocol.SaveCheckpoint(_state.Epoch, o.Position, CheckpointRetention.Kept(_state)),
            _ => throw new InvalidOperationException($"{order.GetType().Name} is no order for a learner."),
        };
    }

    private void Advance()
    {
        if (_crew is null || _restoring || _state.Phase != RunPhase.Running)
        {
            return;
        }

        var order = _state.NextOrder();
        var name = NameOf(order);
        if (name == _issued)
        {
            return;
        }

        if (_draining)
        {
            Interrupt();
            return;
        }

        _issued = name;
        Issue(order);
    }

    private void Issue(RunOrder order)
    {
        switch (order)
        {
            case RunOrder.MeasureBaselines:
                var epoch = _state.Epoch;
                _services.Baselines.MeasureAsync(_crew!.Stopping).PipeTo(Self, success: rows => new Baselines(epoch, [.. rows.Select(row => new BaselineMetrics(row.Name, Sorted(row.Metrics)))]), failure: Fault);
                break;
            case RunOrder.TrainStep:
                _times.Collected();
                _crew!.Learner.Tell(LearnerOrder(order));
                break;
            case RunOrder.TrainWarmStart or RunOrder.BeginReinforcement or RunOrder.WriteCheckpoint:
                _crew!.Learner.Tell(LearnerOrder(order));
                break;
            case RunOrder.EncodeTable o:
                _crew!.Encoder.Tell(new MeasuringProtocol.EncodeTable(_state.Epoch, o.Version, o.Policy));
                break;
            case RunOrder.Evaluate when _table?.Digest != _state.Table!.Table:
            case RunOrder.CollectGroups when _table?.Digest != _state.Table!.Table:
                LoadTableAsync(_state.Table!).PipeTo(Self, failure: Fault);
                break;
            case RunOrder.Evaluate o:
                _crew!.Evaluator.Tell(new MeasuringProtocol.Evaluate(_state.Epoch, o.Step, o.Kind, o.Policy, _table!, _state.Evaluations.FirstOrDefault(e => e.Kind == EvaluationKind.First)?.Ranks));
                break;
            case RunOrder.CollectGroups o:
                Collect(o);
                break;
            case RunOrder.Complete:
                Take(new RunCommands.Complete());
                break;
            case RunOrder.PlanStep:
                Nudge();
                break;
            default:
                throw new InvalidOperationException($"No rule for {order.GetType().Name}.");
        }
    }

    private void Collect(RunOrder.CollectGroups order)
    {
        foreach (var bundle in order.MissingBundles)
        {
            var work = new WorkId($"{_state.Epoch}/rollout/{order.Step.Step}/{bundle}");
            if (_asked.Add(work))
            {
                var first = order.Step.FirstGroup(bundle);
                var content = new RolloutBundle(order.Step.Step, first, [.. order.Step.Samples.Skip(first).Take(order.Step.Bundles[bundle])]);
                _crew!.Dispatcher.Tell(new WorkProtocol.Enqueue(work, WorkKind.Rollout, _state.Epoch, order.Step.Policy, _table, _services.Blobs.Put(BlobContracts.Write(content))));
            }
        }
    }

    private void OnBundle(WorkProtocol.WorkFinished finished)
    {
        if (!_asked.Contains(finished.Work) || _state.Open is not { } open || finished.Policy is not { } policy || finished.Table is not { } table)
        {
            _services.Blobs.Release(finished.Result);
            return;
        }

        var bundle = int.Parse(finished.Work.Value.AsSpan(finished.Work.Value.LastIndexOf('/') + 1), System.Globalization.CultureInfo.InvariantCulture);
        StoreAsync(_state.Epoch, open, bundle, policy, table, finished.Result).PipeTo(Self, failure: Fault);
    }

    private async Task<Stored> StoreAsync(Epoch epoch, StepRecord step, int bundle, Digest policy, Digest table, BlobRef result)
    {
        var content = await _services.Blobs.GetAsync(result, CancellationToken.None).ConfigureAwait(false);
        _services.Blobs.Release(result);
        var payloads = BlobContracts.Read<byte[][]>(content).Select(packed => Payload.Of(PayloadKind.Group, step.Step, packed)).ToArray();
        if (payloads.Length != step.Bundles[bundle])
        {
            throw new InvalidDataException($"Bundle {bundle} of step {step.Step} came back with {payloads.Length} groups, {step.Bundles[bundle]} were asked for.");
        }

        await _services.Payloads.PutAsync(payloads).ConfigureAwait(false);
        var first = step.FirstGroup(bundle);
        return new Stored(epoch, [.. payloads.Select((payload, i) => new StoredGroup(new GroupId(step.Step, first + i), step.Samples[first + i], payload.Digest, payload.Packed.LongLength, policy, table))]);
    }

    private void OnTable(MeasuringProtocol.TableEncoded encoded)
    {
        if (encoded.Epoch != _state.Epoch)
        {
            _services.Blobs.Release(encoded.Table);
            return;
        }

        Release(ref _table);
        _table = encoded.Table;
        Take(new RunCommands.ReportTable(encoded.Epoch, encoded.Version, encoded.Policy, encoded.Table.Digest, encoded.Payload));
    }

    private async Task<TableLoaded> LoadTableAsync(TableRecord table)
    {
        var bytes = await _services.Payloads.ReadAsync(table.Payload, $"the item table of version {table.Version}").ConfigureAwait(false);
        return new TableLoaded(_services.Blobs.Put(bytes));
    }

    private void OnTableLoaded(TableLoaded loaded)
    {
        Release(ref _table);
        _table = loaded.Table;
        if (_table.Digest != _state.Table?.Table)
        {
            GiveUp($"The stored item table of version {_state.Table?.Version} is {_table.Digest.Brief}, the journal says {_state.Table?.Table.Brief}.", true);
            return;
        }

        _issued = null;
        Advance();
    }

    private void OnLearnerFailed(LearningProtocol.LearnerFailed failed)
    {
        if (failed.IsInput || ++_learnerFailures >= _services.Work.FailureBudget)
        {
            GiveUp($"The learner failed: {failed.Reason}", failed.IsInput);
            return;
        }

        _log.Warning("The learner failed and is restored: {Reason}", failed.Reason);
        Release(ref _groups);
        Restore();
    }

    // Learner orders are short and lose work when cut: they are waited for. Everything else is done again by a resumption.
    private void OnDrain()
    {
        _draining = true;
        if (_crew is null || _state.Phase != RunPhase.Running)
        {
            End(_state.Reason, false);
        }
        else if (!_restoring && _issued is { } at && !RunCrew.IsLearnerOrder(at))
        {
            Interrupt();
        }
    }

    private void Interrupt()
    {
        _crew?.Dispatcher.Tell(new WorkProtocol.ForgetAll());
        Take(new RunCommands.Interrupt());
    }

    private void GiveUp(string reason, bool isInput)
    {
        if (_state.Phase != RunPhase.Running)
        {
            return;
        }

        _isInput = isInput;
        _crew?.Dispatcher.Tell(new WorkProtocol.ForgetAll());
        Take(isInput ? new RunCommands.Fail(reason) : new RunCommands.Pause(reason));
    }

    private void End(string reason, bool isInput) =>
        _services.Watch.End(new RunOutcome(_state.Run, _state.Phase == RunPhase.Running ? RunPhase.Failed : _state.Phase, _state.Step, _state.Steps, _state.Weights, reason, isInput, WasComplete: false));

    private Action<RunReply> Answer(IActorRef to) => reply => to.Tell(reply switch
    {
        RunReply.AlreadyCompleted => new RunProtocol.Answer(_state.Run, RunProtocol.AnswerKind.AlreadyCompleted, $"Run {_state.Run} is completed: {_state.Step} of {_state.Steps} steps, weights {_state.Weights?.Brief}."),
        RunReply.Refused refused => new RunProtocol.Answer(_state.Run, RunProtocol.AnswerKind.Refused, refused.Reason),
        _ => new RunProtocol.Answer(_state.Run, RunProtocol.AnswerKind.Working, ""),
    });

    private Faulted Fault(Exception cause) => new(_state.Epoch, Faults.Reason(cause), Faults.IsInput(cause));

    private void Report(string phase, int done, int total, IReadOnlyList<Metric>? facts = null) =>
        _services.Watch.Report(new RunProgress(phase, done, total, _state.Step, _state.Steps, facts ?? []));

    private PromptOrder Order(RunPlan plan) => _order ??= new PromptOrder(plan);

    private void Release(ref BlobRef? blob)
    {
        if (blob is not null)
        {
            _services.Blobs.Release(blob);
            blob = null;
        }
    }

    private static string NameOf(RunOrder order) => order switch
    {
        RunOrder.CollectGroups o => $"collect/{o.Step.Step}",
        RunOrder.TrainStep o => $"learner/train/{o.Step.Step}",
        RunOrder.TrainWarmStart o => $"learner/warm-start/{o.UntilStep}",
        RunOrder.BeginReinforcement => "learner/begin",
        RunOrder.WriteCheckpoint o => $"learner/checkpoint/{o.Position}",
        RunOrder.Evaluate o => $"evaluate/{o.Step}/{o.Kind}",
        RunOrder.EncodeTable o => $"encode/{o.Version}",
        _ => order.GetType().Name,
    };

    private static Metric[] Sorted(IReadOnlyDictionary<string, double> metrics) => [.. metrics.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => new Metric(pair.Key, pair.Value))];

    private sealed record Waiting(IRunCommand Command, Action<RunReply>? Reply);

    private sealed record Flush : INoSerializationVerificationNeeded;

    private sealed record Baselines(Epoch Epoch, IReadOnlyList<BaselineMetrics> Rows) : INoSerializationVerificationNeeded;

    private sealed record Stored(Epoch Epoch, IReadOnlyList<StoredGroup> Groups) : INoSerializationVerificationNeeded;

    private sealed record TableLoaded(BlobRef Table) : INoSerializationVerificationNeeded;

    private sealed record Faulted(Epoch Epoch, string Reason, bool IsInput) : INoSerializationVerificationNeeded;
}
