using Akka.Actor;
using Akka.Event;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Journal;
using R2ec.Distributed.Orchestration.Learning;
using R2ec.Distributed.Orchestration.Rollouts;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Cluster;

/// <summary>
/// The cluster's one coordinator: knows the nodes by their beats, keeps the queue of runs, and has one run at a time worked on. A plain supervisor, never
/// persistent: what it knows of runs it reads from their journals, and whoever takes over reads it again.
/// </summary>
/// <remarks>
/// Behaviours: Reading (the journals) → Ready. A run's actor that stops is taken up again with a growing pause while its journal says that it goes on; a
/// database that is out of reach therefore costs no process. A fenced write ends the coordinator, and its node elsewhere
/// (<see cref="CoordinatorServices.JournalFailed"/>).
/// </remarks>
public sealed class Coordinator : WireActor, IWithTimers
{
    private const string BeatKey = "beat", AgainKey = "again";
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    private readonly CoordinatorServices _services;
    private readonly NodeLedger _nodes;
    private readonly RunQueue _queue = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Action<Exception> _journalFailed;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly long _began;
    private RunWork? _work;
    private bool _ready;
    private RunId? _assembling;
    private volatile string _hindrance = "";
    private int _failures;
    private int _works;

    /// <summary>The coordinator.</summary>
    public Coordinator(CoordinatorServices services)
    {
        ArgumentNullException.ThrowIfNull(services);
        _services = services;
        _nodes = new NodeLedger(services.Work);
        _began = services.Clock.GetTimestamp();
        var self = Self;
        _journalFailed = fault =>
        {
            services.JournalFailed(fault);
            if (DatabaseFaults.Classify(fault) == DatabaseFault.UniqueViolation)
            {
                self.Tell(new Fenced());
            }
        };
        Receive<ClusterProtocol.NodeBeat>(OnNodeBeat);
        Receive<WorkProtocol.AskForWork>(m => OnAsk(m.Worker, m));
        Receive<LearningProtocol.AskForShard>(m => OnAsk(m.Worker, m));
        Receive<ClusterProtocol.AskForSeat>(m => OnAsk(m.Seat, m));
        Receive<ClusterProtocol.OfferKeeping>(m => OnAsk(m.Keeper, m));
        Receive<CoordinatorRequests.IRequest>(_ => !_ready, _ => Sender.Tell(new Status.Failure(new NotActiveException("The coordinator still reads the journals."))));
        Receive<CoordinatorRequests.Submit>(OnSubmit);
        Receive<CoordinatorRequests.Pause>(OnPause);
        Receive<CoordinatorRequests.Resume>(OnResume);
        Receive<CoordinatorRequests.Stop>(OnStop);
        Receive<CoordinatorRequests.Nodes>(_ => Sender.Tell(new CoordinatorRequests.NodeList(_nodes.Statuses(Now))));
        Receive<CoordinatorRequests.Node>(OnNode);
        Receive<CoordinatorRequests.Waits>(OnWaits);
        Receive<CoordinatorRequests.LeaseList>(m => _nodes.Leased(m.Workers));
        Receive<Loaded>(OnLoaded);
        Receive<Assembled>(OnAssembled);
        Receive<Faulted>(OnFaulted);
        Receive<EpochBegun>(m => _work = _work is { } work && work.Run == m.Run ? work with { Epoch = m.Epoch } : _work);
        Receive<RunProtocol.Answer>(OnAnswer);
        Receive<RunOutcome>(OnEnded);
        Receive<Terminated>(OnTerminated);
        Receive<Again>(_ => Load());
        Receive<Fenced>(_ => OnFenced());
        Receive<Beat>(_ => OnBeat());
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => _services.Clock.GetElapsedTime(_began);

    /// <summary>How it is made.</summary>
    public static Props Props(CoordinatorServices services) => Akka.Actor.Props.Create(() => new Coordinator(services));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        _services.Active.Enter(Self);
        Timers.StartPeriodicTimer(BeatKey, new Beat(), _services.Work.Beat);
        Load();
        base.PreStart();
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _services.Active.Leave(Self);
        _stopping.Cancel();
        _work?.Dispose();
        base.PostStop();
    }

    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    private void OnNodeBeat(ClusterProtocol.NodeBeat beat)
    {
        Tell(_nodes.Beat(beat, Now));
        (_services.Holders as INodeAddresses)?.Set(_nodes.Living());
        var run = _work is { Epoch.Value: > 0 } work ? work : null;
        Sender.Tell(new ClusterProtocol.Welcome(_services.Bulk, run?.Run, run?.Epoch ?? default, run?.Sheet, _nodes.OrderFor(beat.Node)));
    }

    private void OnBeat()
    {
        foreach (var loss in _nodes.Look(Now))
        {
            _log.Warning("Node {Node} is dead: {Evidence}", loss.Last.Node, loss.Evidence);
            Tell(loss);
        }

        _work?.Actor.Tell(new CoordinatorRequests.Leases());
    }

    private void Tell(NodeLedger.Loss? loss)
    {
        if (loss is { Last: var last } && last.Roles.FirstOrDefault(role => role is "rollout" or "reward" or "learner") is { } role)
        {
            _work?.Actor.Tell(new ClusterProtocol.NodeGone(last.Node, NodeLedger.Prefix(last.Node, last.Incarnation), role, loss.Evidence, loss.Silent));
        }
    }

    private void OnAsk(string worker, object ask)
    {
        if (_nodes.OrderFor(NodeOf(worker)) == ClusterProtocol.NodeOrder.Work)
        {
            _work?.Actor.Forward(ask);
        }
    }

    private static string NodeOf(string worker) => worker.Split('/') is [_, _, var node, ..] && node.IndexOf('.', StringComparison.Ordinal) is > 0 and var cut ? node[..cut] : "";

    // While the run is worked on nobody else writes its journal: its spec is compared here.
    private void OnSubmit(CoordinatorRequests.Submit submit)
    {
        if (_work is { } work && work.Run == submit.Run && work.Spec != submit.Spec)
        {
            Sender.Tell(new RunProtocol.Answer(submit.Run, RunProtocol.AnswerKind.Refused, $"There is a run {submit.Run} with another spec. Give the new run another name."));
            return;
        }

        Intake(submit.Run, _ => new RunCommands.Submit(submit.Spec));
    }

    private void OnPause(CoordinatorRequests.Pause pause)
    {
        if (_work is { } work && work.Run == pause.Run)
        {
            work.Actor.Forward(new ClusterProtocol.PauseRun(pause.Run));
            return;
        }

        Sender.Tell(new RunProtocol.Answer(pause.Run, RunProtocol.AnswerKind.Refused, _queue.Find(pause.Run) is { } found ? $"Run {pause.Run} is {found.Phase}: there is nothing to pause." : CoordinatorRequests.NoRun(pause.Run)));
    }

    private void OnResume(CoordinatorRequests.Resume resume)
    {
        if (_work?.Run == resume.Run)
        {
            Sender.Tell(new RunProtocol.Answer(resume.Run, RunProtocol.AnswerKind.Working, $"Run {resume.Run} is worked on."));
            return;
        }

        if (resume.AcceptOtherNumerics)
        {
            _queue.Accept(resume.Run);
        }

        // Else the epoch that the intake begins would look like somebody else's.
        if (_assembling == resume.Run)
        {
            Sender.Tell(new RunProtocol.Answer(resume.Run, RunProtocol.AnswerKind.Working, $"Run {resume.Run} is put together."));
            return;
        }

        Intake(resume.Run, state => state.Plan is null ? new RunCommands.Submit(state.Spec) : new RunCommands.Resume(state.Numerics, false));
    }

    private void OnStop(CoordinatorRequests.Stop stop)
    {
        if (_work is { } work && work.Run == stop.Run)
        {
            work.Actor.Forward(new ClusterProtocol.StopRun(stop.Run));
            return;
        }

        Intake(stop.Run, _ => new RunCommands.Stop());
    }

    private void Intake(RunId run, Func<RunState, IRunCommand> command, IActorRef? asker = null)
    {
        if (_work?.Run == run)
        {
            Sender.Tell(new RunProtocol.Answer(run, RunProtocol.AnswerKind.Working, $"Run {run} is worked on."));
            return;
        }

        var intake = Context.ActorOf(RunIntake.Props(run, _services.Clock, fault => _services.Explain(run, fault), _journalFailed, command, asker ?? Sender, _queue.Facts(run)), $"intake-{++_works}");
        Context.Watch(intake);
    }

    private void OnNode(CoordinatorRequests.Node order)
    {
        var known = order.Order switch
        {
            CoordinatorRequests.NodeChange.Drain => _nodes.Drain(order.Name),
            CoordinatorRequests.NodeChange.Readmit => _nodes.Readmit(order.Name),
            _ => _nodes.Knows(order.Name),
        };
        if (known && order.Order == CoordinatorRequests.NodeChange.Evict)
        {
            Tell(_nodes.Evict(order.Name, Now));
        }

        Sender.Tell(known
            ? new ControlAnswer(ControlKind.Done, $"Node {order.Name}: {order.Order.ToString().ToLowerInvariant()} is ordered.")
            : new ControlAnswer(ControlKind.Unknown, $"There is no node '{order.Name}'; 'r2ec nodes' lists those that there are."));
    }

    private void OnWaits(CoordinatorRequests.Waits waits)
    {
        if (_work is { } work && work.Run == waits.Run)
        {
            work.Actor.Forward(waits);
            return;
        }

        var why = _hindrance.Length > 0 ? $": {_hindrance}" : "";
        var text = _assembling is not null ? $"the coordinator to put the run together{why}" : _work is null ? $"a coordinator to take it up{why}" : $"run {_work.Run}, which is worked on: one trains at a time";
        Sender.Tell(new CoordinatorRequests.WaitList(_queue.Find(waits.Run) is { IsOpen: true } ? [new WaitFact($"run {waits.Run}", text, TimeSpan.Zero, null, "the coordinator looks at it again on each beat")] : []));
    }

    private void Load()
    {
        var before = _queue.Known;
        RunQueue.ReadAsync(_services.Journals, before, _stopping.Token).PipeTo(Self, success: states => new Loaded(states), failure: cause => new Faulted(null, Faults.Reason(cause), false));
    }

    private void OnLoaded(Loaded loaded)
    {
        _queue.Take(loaded.States);
        _ready = true;
        Next();
    }

    private void Next()
    {
        if (!_ready || _assembling is not null || _work is not null || _queue.Next() is not { } next)
        {
            return;
        }

        _assembling = next.Run;
        _hindrance = "";
        _log.Info("Taking up run {Run}", next.Run);
        RunWork.AssembleAsync(next, _services, text => _hindrance = text, _stopping.Token).PipeTo(Self, success: made => new Assembled(next, made), failure: cause => new Faulted(next, Faults.Reason(cause), Faults.IsInput(cause)));
    }

    private void OnAssembled(Assembled made)
    {
        _assembling = null;
        var (state, work) = (made.State, made.Work);
        if (_queue.Find(state.Run) is not { IsOpen: true })
        {
            work.Dispose();
            Next();
            return;
        }

        var self = Self;
        var watch = work.Watched(_services, fact =>
        {
            if (fact is RunEvents.Started or RunEvents.Resumed)
            {
                self.Tell(new EpochBegun(fact.Run, fact is RunEvents.Resumed resumed ? resumed.Epoch : new Epoch(1)));
            }
        });
        var actor = Context.ActorOf(RunActor.Props(state.Run, work.Services(_services, watch, _journalFailed)), $"{state.Run.PersistenceId}-{++_works}");
        Context.Watch(actor);
        watch.Ended.PipeTo(Self);
        _work = work with { Actor = actor };
        actor.Tell(work.Command(state, _queue.Accepts(state.Run)));
    }

    private void OnAnswer(RunProtocol.Answer answer)
    {
        if (answer.Kind == RunProtocol.AnswerKind.Overtaken)
        {
            _log.Error("{Reason}", answer.Text);
            _services.ShutOut();
            OnFenced();
        }
        else if (_work is { } work && answer.Kind == RunProtocol.AnswerKind.Refused && Sender.Equals(work.Actor))
        {
            _log.Warning("Run {Run} cannot be taken up: {Reason}", answer.Run, answer.Text);
            _queue.Refuse(answer.Run, answer.Text);
            Context.Stop(work.Actor);
        }
    }

    private void OnEnded(RunOutcome outcome)
    {
        if (_work is { } work && work.Run == outcome.Run)
        {
            _log.Info("Run {Run} ended its work here: {Phase} {Reason}", outcome.Run, outcome.Phase, outcome.Reason);
            Context.Stop(work.Actor);
        }
    }

    private void OnTerminated(Terminated gone)
    {
        if (_work is { } work && gone.ActorRef.Equals(work.Actor))
        {
            _work = null;
            _nodes.Leased([]);
            work.Dispose();
            if (_queue.TakeRefusal(work.Run) is { } reason)
            {
                Context.Watch(Context.ActorOf(RunIntake.Props(work.Run, _services.Clock, fault => _services.Explain(work.Run, fault), _journalFailed, _ => new RunCommands.Pause(reason), ActorRefs.Nobody, _queue.Facts(work.Run)), $"intake-{++_works}"));
                return;
            }

            LoadLater();
            return;
        }

        Load();
    }

    // A run that goes on by its journal is taken up again: at once the first time, then with a growing pause.
    private void LoadLater()
    {
        var pause = TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, Math.Pow(2, Math.Min(_failures++, 4)) - 1));
        Timers.StartSingleTimer(AgainKey, new Again(), pause);
    }

    // It arrives before the end of the run's actor does. Taken up once more from the newer journal, the run would begin an epoch over that of who replaced this
    // one, whom the nodes would hear no more.
    private void OnFenced()
    {
        _log.Error("Another coordinator writes the journals: this one ends");
        Context.Stop(Self);
    }

    private void OnFaulted(Faulted faulted)
    {
        _log.Warning("{Reason}", faulted.Reason);
        if (faulted.State is { } known)
        {
            _assembling = null;
            _hindrance = faulted.Reason;
            if (faulted.IsInput)
            {
                Intake(
                    known.Run,
                    state => state.Epoch != known.Epoch ? new RunCommands.Resume(state.Numerics, false, known.Epoch) : state.Plan is null ? new RunCommands.Fail(faulted.Reason) : new RunCommands.Pause(faulted.Reason),
                    Self);
                return;
            }
        }

        LoadLater();
    }

    private sealed record Loaded(IReadOnlyList<RunState> States) : INoSerializationVerificationNeeded;

    private sealed record Assembled(RunState State, RunWork Work) : INoSerializationVerificationNeeded;

    private sealed record Faulted(RunState? State, string Reason, bool IsInput) : INoSerializationVerificationNeeded;

    private sealed record EpochBegun(RunId Run, Epoch Epoch) : INoSerializationVerificationNeeded;

    private sealed record Again : INoSerializationVerificationNeeded;

    private sealed record Fenced : INoSerializationVerificationNeeded;

    private sealed record Beat : INoSerializationVerificationNeeded;
}
