using Akka.Actor;
using Akka.Event;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Learning;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Cluster;

/// <summary>
/// A run's way to its learner: appoints a seat among those that ask when the run orders a restoration, passes orders there and reports back, and says when
/// the seat gives no sign of life. It never appoints a second one by itself: that takes a new epoch, which only the run can begin. An order whose answer is
/// still to come is given again on the seat's every sign of life: a broken connection may have lost either, and the learner knows an order that it has.
/// </summary>
/// <remarks>run → link: orders; seat → link: AskForSeat on every beat, reports; keeper → link: OfferKeeping on every beat; link → run: reports, LearnerLost, CheckpointsHeld. The run waits for the learner without limit; this actor ends that wait.</remarks>
public sealed class LearnerLink : WireActor, IWithTimers
{
    private const string BeatKey = "beat";
    private const int SilentLeases = 2;
    private const int BeatsOfAsking = 3;

    private static readonly Epoch Begun = new(1);

    private readonly RunId _run;
    private readonly IHolders _holders;
    private readonly WorkOptions _options;
    private readonly TimeProvider _clock;
    private readonly long _began;
    private readonly Dictionary<string, (IActorRef Ref, ClusterProtocol.AskForSeat Ask, TimeSpan At)> _seats = [];
    private readonly Dictionary<string, int> _failures = [];
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly CheckpointPlaces _places;
    private string? _appointed;
    private bool _hasAppointed;
    private Epoch _epoch;
    private LearningProtocol.ILearnerOrder? _waiting;
    private LearningProtocol.ILearnerOrder? _open;
    private LearningProtocol.ILearnerOrder? _answered;

    /// <summary>A run's link.</summary>
    public LearnerLink(RunId run, IHolders holders, WorkOptions options, TimeProvider clock)
    {
        _run = run;
        _holders = holders;
        _options = options;
        _clock = clock;
        _began = clock.GetTimestamp();
        _places = new CheckpointPlaces(holders, options);
        Receive<ClusterProtocol.AskForSeat>(OnAsk);
        Receive<LearningProtocol.ILearnerOrder>(OnOrder);
        Receive<LearningProtocol.AskForShard>(m => Seat?.Forward(m));
        Receive<LearningProtocol.LearnerAt>(OnArrived);
        Receive<LearningProtocol.CheckpointSaved>(OnSaved);
        Receive<LearningProtocol.LearnerFailed>(OnFailed);
        Receive<ClusterProtocol.KeepCheckpoint>(_places.Written);
        Receive<ClusterProtocol.OfferKeeping>(m => _places.Offer(m, Sender, Now));
        Receive<Beat>(_ => OnBeat());
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => _clock.GetElapsedTime(_began);

    private IActorRef? Seat => _appointed is { } name && _seats.TryGetValue(name, out var seat) ? seat.Ref : null;

    /// <summary>How it is made.</summary>
    public static Props Props(RunId run, IHolders holders, WorkOptions options, TimeProvider clock) => Akka.Actor.Props.Create(() => new LearnerLink(run, holders, options, clock));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(BeatKey, new Beat(), _options.Beat);
        base.PreStart();
    }

    private void OnAsk(ClusterProtocol.AskForSeat ask)
    {
        var replaced = _seats.Where(pair => pair.Value.Ask.Node == ask.Node && pair.Key != ask.Seat).Select(pair => pair.Key).ToList();
        foreach (var seat in replaced)
        {
            Drop(seat, $"node {ask.Node} lives again as another process");
        }

        _seats[ask.Seat] = (Sender, ask, Now);
        if (_waiting is { } order && _appointed is null)
        {
            Appoint(order);
        }
        else if (_open is { } open && ask.Seat == _appointed)
        {
            Sender.Tell(open);
        }
    }

    private void OnOrder(LearningProtocol.ILearnerOrder order)
    {
        if (order is LearningProtocol.Restore restore)
        {
            _epoch = order.Epoch;
            _places.Restored(_run, restore.Candidates);
            if (_appointed is null)
            {
                Appoint(order);
                return;
            }
        }

        if (Seat is { } seat)
        {
            _open = order;
            seat.Tell(order);
        }
        else
        {
            _log.Warning("No learner holds the seat for {Order} of epoch {Epoch}", order.GetType().Name, order.Epoch.Value);
        }
    }

    // Of those that failed least and surely live, the one that was the learner before: it may stand where the run is. A new coordinator gives it time to ask.
    private void Appoint(LearningProtocol.ILearnerOrder order)
    {
        if (_seats.Count == 0 || (!_hasAppointed && Now < BeatsOfAsking * _options.Beat && order.Epoch > Begun && !_seats.Values.Any(seat => seat.Ask.Epoch.Next() == order.Epoch)))
        {
            _waiting = order;
            return;
        }

        var (name, seat) = _seats.OrderBy(pair => _failures.GetValueOrDefault(pair.Key))
            .ThenBy(pair => Now - pair.Value.At > BeatsOfAsking * _options.Beat)
            .ThenByDescending(pair => pair.Value.Ask.Epoch)
            .ThenByDescending(pair => pair.Value.At)
            .First();
        (_waiting, _hasAppointed) = (null, true);
        _appointed = name;
        _log.Info("Run {Run}, epoch {Epoch}: {Node} is appointed as learner", _run, order.Epoch.Value, seat.Ask.Node);
        _open = order;
        seat.Ref.Tell(order);
    }

    private void OnArrived(LearningProtocol.LearnerAt at)
    {
        if (Answer(at))
        {
            Hold(at.Weights);
        }
    }

    private void OnSaved(LearningProtocol.CheckpointSaved saved)
    {
        if (Answer(saved))
        {
            Hold(saved.Manifest);
        }
    }

    // A second answer to what was answered is left: the run has gone on. So is what the learner did before it is restored: only its restoration says where it stands.
    private bool Answer(IWireMessage answer)
    {
        if (_open is { } open && LearnerAnswers.Fits(open, answer))
        {
            (_answered, _open) = (open, null);
        }
        else if (_open is LearningProtocol.Restore || (_answered is { } before && LearnerAnswers.Fits(before, answer)))
        {
            return false;
        }

        Context.Parent.Forward(answer);
        return true;
    }

    // What failed may be the node's (a full disk, a device): the run restores in a new epoch, and another seat takes it if there is one.
    private void OnFailed(LearningProtocol.LearnerFailed failed)
    {
        if (Answer(failed) && failed.Kind == FailureKind.Fault && _appointed is { } name)
        {
            _failures[name] = _failures.GetValueOrDefault(name) + 1;
            (_appointed, _open, _answered) = (null, null, null);
        }
    }

    private void Hold(Digest what)
    {
        if (_appointed is { } name && _seats.TryGetValue(name, out var seat))
        {
            _holders.Add(what, seat.Ask.Bulk);
        }
    }

    private void OnBeat()
    {
        foreach (var (name, seat) in _seats.Where(pair => Now - pair.Value.At > SilentLeases * _options.Lease).ToList())
        {
            Drop(name, $"no sign of life for {(Now - seat.At).TotalSeconds:F1} s");
        }

        if (_waiting is { } order && _appointed is null)
        {
            Appoint(order);
        }

        if (_appointed is { } holder && _seats.TryGetValue(holder, out var learner))
        {
            _places.Look(learner.Ask.Bulk, Now);
        }

        if (_places.News() is { } held)
        {
            Context.Parent.Tell(new ClusterProtocol.CheckpointsHeld(held));
        }
    }

    private void Drop(string name, string evidence)
    {
        _seats.Remove(name, out var seat);
        _failures.Remove(name);
        if (name != _appointed)
        {
            return;
        }

        _log.Warning("Run {Run}: the learner on {Node} is lost: {Evidence}", _run, seat.Ask.Node, evidence);
        (_appointed, _open, _answered) = (null, null, null);
        Context.Parent.Tell(new ClusterProtocol.LearnerLost(_epoch, seat.Ask.Node, evidence, Now - seat.At));
    }

    private sealed record Beat : INoSerializationVerificationNeeded;
}
