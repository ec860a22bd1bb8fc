using Akka.Actor;
using Akka.Event;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Rollouts;
using R2ec.Distributed.Orchestration.Threads;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Cluster;

/// <summary>
/// A node's part in the cluster: beats to every coordinator, does what the active one answers, and keeps workers for the run that works. No worker lives
/// before data set, tokenizer and numerics were found to be those of the run. While a coordinator takes a run up it names none: workers, and the models that they
/// hold, stay for a time.
/// </summary>
/// <remarks>Behaviours: Resting → (Welcome with a run) → Assembling → Working → (another run, a drain) → Resting. It waits for nobody: what it needs it hears on the next beat.</remarks>
public sealed class NodeAgent : WireActor, IWithTimers
{
    private const string BeatKey = "beat", LeaveKey = "leave";
    private static readonly string[] Working = ["rollout", "reward", "learner"];
    private static readonly TimeSpan LongestFarewell = TimeSpan.FromSeconds(5), LongestPause = TimeSpan.FromSeconds(30), Grace = TimeSpan.FromSeconds(60);

    private readonly NodeServices _services;
    private readonly IReadOnlyList<ActorSelection> _doors;
    private readonly IActorRef _link;
    private readonly WorkThread _thread;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly long _began;
    private RunId? _run;
    private RunId? _heard;
    private Epoch _epoch;
    private TimeSpan _named;
    private volatile string _lacks = "";
    private IActorRef? _workers;
    private CancellationTokenSource? _assembling;
    private TimeSpan _notBefore;
    private int _failures;
    private bool _draining;
    private int _count;

    /// <summary>A node's agent.</summary>
    public NodeAgent(NodeServices services)
    {
        ArgumentNullException.ThrowIfNull(services);
        _services = services;
        _began = services.Clock.GetTimestamp();
        _thread = services.Threads("assembly");
        var own = ((ExtendedActorSystem)Context.System).Provider.DefaultAddress;
        _doors = [.. services.Coordinators.Select(place => Context.ActorSelection($"{own.Protocol}://{own.System}@{place}/user/{Door.Name}"))];
        _link = Context.ActorOf(CoordinatorLink.Props(), "coordinator");
        Receive<ClusterProtocol.Welcome>(OnWelcome);
        Receive<Assembled>(OnAssembled);
        Receive<Faulted>(OnFaulted);
        Receive<DrainNow>(_ => OnDrain());
        Receive<Left>(_ => services.Progress.Drain());
        Receive<Terminated>(OnTerminated);
        Receive<Beat>(_ => OnBeat());
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => _services.Clock.GetElapsedTime(_began);

    /// <summary>How it is made.</summary>
    public static Props Props(NodeServices services) => Akka.Actor.Props.Create(() => new NodeAgent(services));

    /// <summary>The name of a node's agent, which its workers' names begin with.</summary>
    public static string NameOf(string node, string incarnation) => $"{node}.{incarnation}";

    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    /// <inheritdoc/>
    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(BeatKey, new Beat(), TimeSpan.Zero, _services.Work.Beat);
        base.PreStart();
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _stopping.Cancel();
        _ = _thread.DisposeAsync().AsTask();
        base.PostStop();
    }

    private void OnBeat()
    {
        var beat = new ClusterProtocol.NodeBeat(
            _services.Name, _services.Incarnation, _services.Roles, _services.Bulk, Environment.ProcessId, Environment.WorkingSet, _run, _lacks, _services.Progress.Held(), _draining, _services.RestartsLeft());
        foreach (var door in _doors)
        {
            door.Tell(beat);
        }
    }

    private void OnWelcome(ClusterProtocol.Welcome welcome)
    {
        if (welcome.Run is { } heard && heard == _heard && welcome.Epoch < _epoch)
        {
            _log.Warning("A coordinator of epoch {Epoch} is not heard any more: the newest is {Newest}", welcome.Epoch.Value, _epoch.Value);
            return;
        }

        _services.Progress.Welcome();
        _services.CoordinatorAt(welcome.Bulk);
        _link.Tell(new CoordinatorLink.Point(Sender));
        if (welcome.Run is not null || Now - _named >= Grace)
        {
            (_heard, _epoch, _named) = (welcome.Run, welcome.Epoch, Now);
        }

        if (_draining)
        {
            _services.Progress.Drain();
            return;
        }

        switch (welcome.Order)
        {
            case ClusterProtocol.NodeOrder.Drain:
                OnDrain();
                break;
            case ClusterProtocol.NodeOrder.Rest:
                Rest(null);
                break;
            default:
                Work(welcome);
                break;
        }
    }

    private void Work(ClusterProtocol.Welcome welcome)
    {
        if (!_services.Roles.Any(Working.Contains))
        {
            return;
        }

        if (_heard != _run)
        {
            Rest(_heard);
        }

        if (_assembling is null && _run is { } run && _workers is null && welcome.Sheet is { } sheet && Now >= _notBefore)
        {
            var stop = _assembling = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            AssembleAsync(run, sheet, stop.Token).PipeTo(Self, success: made => made, failure: cause => new Faulted(run, stop.IsCancellationRequested ? "" : Faults.Reason(cause)));
        }
    }

    private void Rest(RunId? next)
    {
        if (_workers is { } workers)
        {
            Context.Stop(workers);
            _workers = null;
        }

        // What is put together or fetched for another run is not waited for: it ends, and is answered before the next one begins.
        if (next != _run)
        {
            _assembling?.Cancel();
            (_notBefore, _failures) = (TimeSpan.Zero, 0);
        }

        (_run, _lacks) = (next, "");
        (_services.Progress.Run, _services.Progress.Held) = (null, () => null);
    }

    private async Task<Assembled> AssembleAsync(RunId run, BlobRef blob, CancellationToken stop)
    {
        var sheet = BlobContracts.Read<RunSheet>(await _services.Blobs.GetAsync(blob, stop).ConfigureAwait(false));
        await _services.Folders.BringAsync(sheet.Folders, text => Lack(text, stop), stop).ConfigureAwait(false);
        if (_lacks.Length > 0)
        {
            Lack("the run is put together here", stop);
        }

        var made = await _thread.RunAsync(() => _services.Assembler.Assemble(sheet.Spec)).ConfigureAwait(false);
        return new Assembled(run, made, sheet.Lacks(made));
    }

    // Told from other threads, and only while it is for the run of now.
    private void Lack(string text, CancellationToken stop)
    {
        if (!stop.IsCancellationRequested)
        {
            _lacks = text;
        }
    }

    private void OnAssembled(Assembled assembled)
    {
        EndAssembling();
        if (assembled.Run != _run || assembled.Lacks.Length > 0 || _draining)
        {
            Refuse(assembled.Run, assembled.Lacks);
            _thread.RunAsync(assembled.Made.Dispose);
            return;
        }

        (_lacks, _failures) = ("", 0);
        _log.Info("Node {Node} works on run {Run}", _services.Name, assembled.Run);
        _services.Progress.Run = assembled.Run;
        _workers = Context.ActorOf(NodeWorkers.Props(assembled.Run, assembled.Made, _services, _link), $"run-{++_count}");
        Context.Watch(_workers);
    }

    private void OnFaulted(Faulted faulted)
    {
        EndAssembling();
        Refuse(faulted.Run, faulted.Reason);
    }

    // A person may mend it at any moment, or another node may come that has it: it is tried again, with a growing pause.
    private void Refuse(RunId run, string reason)
    {
        if (run != _run || reason.Length == 0)
        {
            return;
        }

        if (_lacks != reason)
        {
            _log.Warning("No work on run {Run}: {Lacks}", run, reason);
        }

        _lacks = reason;
        _notBefore = Now + TimeSpan.FromSeconds(Math.Min(LongestPause.TotalSeconds, Math.Pow(2, Math.Min(_failures++, 5))));
    }

    private void EndAssembling()
    {
        _assembling?.Dispose();
        _assembling = null;
    }

    private void OnTerminated(Terminated gone)
    {
        if (gone.ActorRef.Equals(_workers))
        {
            _workers = null;
        }
    }

    // Workers end at once: what they have is given to others as soon as a coordinator hears of it.
    private void OnDrain()
    {
        if (_draining)
        {
            return;
        }

        _log.Info("Node {Node} drains", _services.Name);
        Rest(null);
        _draining = true;
        OnBeat();
        Timers.StartSingleTimer(LeaveKey, new Left(), LongestFarewell);
    }

    /// <summary>The host asks for a drain.</summary>
    internal sealed record DrainNow : INoSerializationVerificationNeeded;

    private sealed record Assembled(RunId Run, AssembledRun Made, string Lacks) : INoSerializationVerificationNeeded;

    // Without a reason where it was given up.
    private sealed record Faulted(RunId Run, string Reason) : INoSerializationVerificationNeeded;

    private sealed record Left : INoSerializationVerificationNeeded;

    private sealed record Beat : INoSerializationVerificationNeeded;
}
