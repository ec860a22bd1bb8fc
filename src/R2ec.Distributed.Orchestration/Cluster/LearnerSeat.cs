using Akka.Actor;
using Akka.Event;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Learning;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Cluster;

/// <summary>
/// A learner node's offer to hold a run's policy of record. A restoration of a newer epoch makes the learner and its desk anew, so that nothing of an
/// order from before the appointment goes on; orders of older epochs are refused by the learner. The engine stays, and with it the policy: a learner that
/// stands where the run is goes on from there.
/// </summary>
public sealed class LearnerSeat : WireActor, IWithTimers
{
    private const string BeatKey = "beat";

    private readonly RunId _run;
    private readonly string _node;
    private readonly string _bulk;
    private readonly IActorRef _coordinator;
    private readonly LearnerServices _services;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly LearnerMemory _memory = new();
    private (IActorRef Learner, IActorRef Desk)? _held;
    private (LearningProtocol.Restore Order, IActorRef From)? _waiting;
    private Epoch _epoch;
    private int _count;

    /// <summary>A seat for a run.</summary>
    public LearnerSeat(RunId run, string node, string bulk, IActorRef coordinator, LearnerServices services)
    {
        _run = run;
        _node = node;
        _bulk = bulk;
        _coordinator = coordinator;
        _services = services;
        Receive<LearningProtocol.Restore>(OnRestore);
        Receive<LearningProtocol.ILearnerOrder>(m => _held?.Learner.Forward(m));
        Receive<Terminated>(OnTerminated);
        Receive<LearningProtocol.AskForShard>(m => _held?.Desk.Forward(m));
        Receive<Beat>(_ => _coordinator.Tell(new ClusterProtocol.AskForSeat(_node, Self.Path.ToStringWithoutAddress(), _bulk, _epoch)));
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>How it is made.</summary>
    public static Props Props(RunId run, string node, string bulk, IActorRef coordinator, LearnerServices services) =>
        Akka.Actor.Props.Create(() => new LearnerSeat(run, node, bulk, coordinator, services));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(BeatKey, new Beat(), TimeSpan.Zero, _services.Work.Beat);
        base.PreStart();
    }

    private void OnRestore(LearningProtocol.Restore order)
    {
        if (order.Epoch < _epoch)
        {
            _log.Warning("Refused a restoration of epoch {Epoch}: the newest is {Newest}", order.Epoch.Value, _epoch.Value);
            return;
        }

        var isNewer = order.Epoch > _epoch;
        _epoch = order.Epoch;
        if (_waiting is not null)
        {
            _waiting = (order, Sender);
        }
        else if (_held is { } held && !isNewer)
        {
            held.Learner.Forward(order);
        }
        else if (_held is { } old)
        {
            // Once it has ended it gives the engine nothing more to do.
            _waiting = (order, Sender);
            _held = null;
            Context.Watch(old.Learner);
            Context.Stop(old.Learner);
            Context.Stop(old.Desk);
        }
        else
        {
            Sit(order, Sender);
        }
    }

    private void OnTerminated(Terminated gone)
    {
        if (_waiting is { } next)
        {
            _waiting = null;
            Sit(next.Order, next.From);
        }
    }

    private void Sit(LearningProtocol.Restore order, IActorRef from)
    {
        _count++;
        var desk = Context.ActorOf(ShardDesk.Props(_run, _services.Blobs, _services.Work, _services.Clock), $"shards-{_count}");
        _held = (Context.ActorOf(LearnerActor.Props(_services, desk, _memory), $"learner-{_count}"), desk);
        _held.Value.Learner.Tell(order, from);
    }

    private sealed record Beat : INoSerializationVerificationNeeded;
}
