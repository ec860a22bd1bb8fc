using Akka.Actor;
using Akka.Event;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Core.Scheduling;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Cluster;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Rollouts;

/// <summary>
/// Gives a run's work to workers that ask for it, by the rules of <see cref="WorkLedger{T}"/>: work follows the speed of the worker. Every piece that was
/// asked for ends exactly once: finished, exhausted or forgotten. A bundle that was generated goes on to a reward worker before it counts as finished.
/// </summary>
public sealed class RolloutDispatcher : WireActor, IWithTimers
{
    private const string BeatKey = "beat";
    private const string RewardSuffix = "/reward";
    private const int SilentBeats = 3;

    private readonly RunId _run;
    private readonly IBlobStore _blobs;
    private readonly WorkOptions _options;
    private readonly TimeProvider _clock;
    private readonly WorkLedger<WorkId> _ledger;
    private readonly WorkerRests<IActorRef> _rests;
    private readonly Dictionary<WorkId, Item> _items = [];
    private readonly Dictionary<string, (WorkProtocol.AskForWork Ask, IActorRef Worker, TimeSpan At)> _asks = [];
    private readonly Dictionary<string, (IActorRef Worker, bool Generates)> _workers = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly long _began;
    private string _order = "";
    private long _wave;
    private PolicyVersion? _later;

    /// <summary>A run's dispatcher.</summary>
    public RolloutDispatcher(RunId run, IBlobStore blobs, WorkOptions options, TimeProvider clock)
    {
        _run = run;
        _blobs = blobs;
        _options = options;
        _clock = clock;
        _began = clock.GetTimestamp();
        _ledger = new WorkLedger<WorkId>(new WorkRules
        {
            Silence = options.Lease,
            Longest = options.LongestAttempt,
            FailureBudget = options.FailureBudget,
            Held = options.Held,
            StragglerFactor = options.StragglerFactor,
            OnceLanes = [(int)WorkKind.Reward],                      // a reward service would be asked twice
        });
        _rests = new WorkerRests<IActorRef>(options.Lease, options.Lease);
        Receive<WorkProtocol.Enqueue>(OnEnqueue);
        Receive<WorkProtocol.AskForWork>(OnAsk);
        Receive<WorkProtocol.StillWorking>(OnStillWorking);
        Receive<WorkProtocol.WorkDone>(OnDone);
        Receive<WorkProtocol.WorkFailed>(OnFailed);
        Receive<WorkProtocol.WorkersGone>(OnGone);
        Receive<WorkProtocol.ForgetAll>(_ => OnForgetAll());
        Receive<WorkProtocol.LaterPolicy>(OnLater);
        Receive<Adopted>(m => Finish(m.Done));
        Receive<Lost>(OnLost);
        Receive<CoordinatorRequests.Leases>(_ => Sender.Tell(new CoordinatorRequests.LeaseList([.. _ledger.Workers])));
        Receive<Beat>(_ => OnBeat());
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => _clock.GetElapsedTime(_began);

    /// <summary>How it is made.</summary>
    public static Props Props(RunId run, IBlobStore blobs, WorkOptions options, TimeProvider clock) =>
        Akka.Actor.Props.Create(() => new RolloutDispatcher(run, blobs, options, clock));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(BeatKey, Beat.Instance, _options.Beat);
        base.PreStart();
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _stopping.Cancel();
        OnForgetAll();
        base.PostStop();
    }

    private void OnEnqueue(WorkProtocol.Enqueue order)
    {
        var wave = Wave(order.Work);
        if (_ledger.Add(order.Work, (int)order.Kind, order.Cost, wave))
        {
            _items[order.Work] = new Item(order, wave, Sender, null, null);
            GiveOut();
        }
        else
        {
            _blobs.Release(order.Content);
        }
    }

    // Bundles of one order come one after the other and share the name up to their number.
    private long Wave(WorkId work)
    {
        var order = work.Value[..(work.Value.LastIndexOf('/') + 1)];
        if (order != _order)
        {
            (_order, _wave) = (order, _wave + 1);
        }

        return _wave;
    }

    private void OnAsk(WorkProtocol.AskForWork ask)
    {
        _asks[ask.Worker] = (ask, Sender, Now);
        _workers[ask.Worker] = (Sender, ask.CanDo(WorkKind.Rollout));
        _rests.Hear(Sender, ask.Kinds, Now);
        GiveOut();
    }

    private void OnStillWorking(WorkProtocol.StillWorking sign)
    {
        _rests.Hear(Sender, Now);
        _ledger.Renew(sign.Work, sign.Attempt, Now);
    }

    // Those who generate are told at once, others by the leases that they get.
    private void OnLater(WorkProtocol.LaterPolicy later)
    {
        _later = later.Version;
        foreach (var (worker, _) in _workers.Values.Where(known => known.Generates))
        {
            worker.Tell(later);
        }
    }

    // A result that another process holds is taken over before it counts: from then on that process may die.
    private void OnDone(WorkProtocol.WorkDone done)
    {
        _rests.Succeed(Sender, Now);
        if (_blobs.IsOwn(done.Result) || !_ledger.Compute(done.Work, done.Attempt, Now))
        {
            Finish(done);
            return;
        }

        GiveOut();
        _blobs.AdoptAsync(done.Result, _stopping.Token).PipeTo(Self, success: own => new Adopted(done with { Result = own }), failure: cause => new Lost(done, Faults.Reason(cause)));
    }

    private void OnLost(Lost lost)
    {
        if (_ledger.Release(lost.Done.Work, lost.Done.Attempt, Now))
        {
            _log.Warning("The result of {Work}, attempt {Attempt}, is lost and is made again: {Reason}", lost.Done.Work, lost.Done.Attempt.Value, lost.Reason);
            GiveOut();
        }
    }

    private void Finish(WorkProtocol.WorkDone done)
    {
        if (!_ledger.Finish(done.Work, done.Attempt, Now) || !_items.Remove(done.Work, out var item))
        {
            _log.Debug("Ignored late result of {Work}, attempt {Attempt}", done.Work, done.Attempt.Value);
            _blobs.Release(done.Result);
            return;
        }

        _blobs.Release(item.Order.Content);
        if (item.Order.Kind == WorkKind.Rollout)
        {
            var reward = new WorkId(done.Work.Value + RewardSuffix);
            _ledger.Add(reward, (int)WorkKind.Reward, item.Order.Cost, item.Wave);
            _items[reward] = new Item(new WorkProtocol.Enqueue(reward, WorkKind.Reward, item.Order.Epoch, null, null, done.Result, item.Order.Cost), item.Wave, item.Owner, done.Work, done);
        }
        else
        {
            item.Owner.Tell(item.Rollout is { } rollout
                ? new WorkProtocol.WorkFinished(item.Origin!.Value, rollout.Policy, rollout.Table, done.Result)
                : new WorkProtocol.WorkFinished(done.Work, done.Policy, done.Table, done.Result));
        }

        GiveOut();
    }

    private void OnFailed(WorkProtocol.WorkFailed failed)
    {
        if (failed.Kind == FailureKind.Lost)
        {
            OnWorkLost(failed);
            return;
        }

        var verdict = _ledger.Fail(failed.Work, failed.Attempt, Now);
        if (verdict == FailureVerdict.Ignored)
        {
            return;
        }

        if (failed.Kind == FailureKind.Fault)
        {
            var rest = _rests.Fail(Sender, Now);
            _log.Warning("{Worker} failed and rests for {Seconds} s while others can do its work: {Reason}", Sender.Path.ToStringWithoutAddress(), rest.TotalSeconds, failed.Reason);
        }

        if (verdict == FailureVerdict.Exhausted || failed.Kind == FailureKind.Input)
        {
            _ledger.Forget(failed.Work, Now);
            Exhaust(failed.Work, failed.Reason, failed.Kind == FailureKind.Input);
        }

        GiveOut();
    }

    // Given out on the next beat, and not to who has just lost it, whatever it asked for ahead: by then all know of the loss.
    private void OnWorkLost(WorkProtocol.WorkFailed failed)
    {
        _ledger.Release(failed.Work, failed.Attempt, Now);
        foreach (var name in _asks.Where(pair => pair.Value.Worker.Equals(Sender)).Select(pair => pair.Key).ToList())
        {
            _asks.Remove(name);
        }
    }

    private void Exhaust(WorkId work, string reason, bool isInput)
    {
        if (_items.Remove(work, out var item))
        {
            _blobs.Release(item.Order.Content);
            item.Owner.Tell(new WorkProtocol.WorkExhausted(item.Origin ?? work, reason, isInput));
        }
    }

    private void OnGone(WorkProtocol.WorkersGone gone)
    {
        bool IsGone(string name) => name.StartsWith(gone.Prefix, StringComparison.Ordinal);
        foreach (var name in _workers.Keys.Where(IsGone).ToList())
        {
            _asks.Remove(name);
            _workers.Remove(name);
        }

        var loss = _ledger.Release(IsGone, gone.Died.Length > 0 ? gone.Died : null, Now);
        Sender.Tell(new WorkProtocol.LeasesReturned(gone.Prefix, loss.Returned));
        foreach (var (work, nodes) in loss.SetAside)
        {
            _log.Error("Set {Work} aside: {Nodes} died while they worked on it", work, string.Join(", ", nodes));
            Exhaust(work, $"it is set aside, since {nodes.Count} nodes died while they worked on it: {string.Join(", ", nodes)}", isInput: false);
        }

        GiveOut();
    }

    private void OnForgetAll()
    {
        _ledger.Clear(Now);
        foreach (var item in _items.Values)
        {
            _blobs.Release(item.Order.Content);
        }

        _items.Clear();
        _later = null;
        TellWithdrawn();
    }

    private void OnBeat()
    {
        foreach (var expired in _ledger.Expire(Now))
        {
            _log.Warning("Took {Work} back from {Worker}: no sign of life for {Lease}, or no end in its time", expired.Work, expired.Worker, _options.Lease);
            _asks.Remove(expired.Worker);                            // else it would be given to the silent one again
        }

        _rests.ForgetSilent(Now);

        // Who has time asks on every beat: one that no longer does is gone.
        var fresh = SilentBeats * _options.Beat < _options.Lease ? SilentBeats * _options.Beat : _options.Lease;
        foreach (var name in _asks.Where(pair => Now - pair.Value.At > fresh).Select(pair => pair.Key).ToList())
        {
            _asks.Remove(name);
        }

        GiveOut();
        foreach (var name in _asks.Keys.ToList())
        {
            Give(name, (kinds, now) => _ledger.TakeStraggler(name, kinds, now));
        }
    }

    // First to those who have nothing, then to those who fetch ahead; what was fetched ahead goes to those who have nothing still.
    private void GiveOut()
    {
        TellWithdrawn();
        if (_ledger.WaitingCount > 0)
        {
            foreach (var name in _asks.Keys.OrderBy(_ledger.HeldBy).ToList())
            {
                Give(name, (kinds, now) => _ledger.Take(name, kinds, now));
            }
        }

        if (_ledger.AheadCount > 0)
        {
            foreach (var name in _asks.Keys.ToList())
            {
                Give(name, (kinds, now) => _ledger.TakeOver(name, kinds, now));
            }

            TellWithdrawn();
        }
    }

    private void Give(string name, Func<IReadOnlyList<int>, TimeSpan, LeaseGrant<WorkId>?> take)
    {
        var (ask, worker, _) = _asks[name];
        if (_rests.MayWork(worker, Now) && take(ask.Kinds, Now) is { } grant)
        {
            var order = _items[grant.Work].Order;
            _asks.Remove(name);
            worker.Tell(new WorkProtocol.Lease(_run, grant.Work, grant.Attempt, order.Kind, order.Epoch, order.Policy, order.Table, order.Content, _options.Lease, order.Kind == WorkKind.Rollout ? _later : null));
        }
    }

    private void TellWithdrawn()
    {
        while (_ledger.Withdrawn.TryDequeue(out var lease))
        {
            if (_workers.TryGetValue(lease.Worker, out var known))
            {
                known.Worker.Tell(new WorkProtocol.Withdraw(_run, lease.Work, lease.Attempt));
            }
        }
    }

    /// <summary>A beat of the clock: leases expire on it. Tests send it by hand.</summary>
    internal sealed record Beat : INoSerializationVerificationNeeded
    {
        internal static Beat Instance { get; } = new();
    }

    private sealed record Adopted(WorkProtocol.WorkDone Done) : INoSerializationVerificationNeeded;

    private sealed record Lost(WorkProtocol.WorkDone Done, string Reason) : INoSerializationVerificationNeeded;

    private sealed record Item(WorkProtocol.Enqueue Order, long Wave, IActorRef Owner, WorkId? Origin, WorkProtocol.WorkDone? Rollout);
}
