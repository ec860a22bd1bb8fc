using Akka.Actor;
using Akka.Event;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Cluster;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Rollouts;

/// <summary>
/// Gives a run's work to workers that ask for it. Every piece that was asked for ends exactly once: finished, exhausted or forgotten. A bundle that was
/// generated goes on to a reward worker before it counts as finished.
/// </summary>
public sealed class RolloutDispatcher : WireActor, IWithTimers
{
    private const string BeatKey = "beat";
    private const string RewardSuffix = "/reward";

    private readonly RunId _run;
    private readonly IBlobStore _blobs;
    private readonly WorkOptions _options;
    private readonly TimeProvider _clock;
    private readonly LeaseLedger<WorkId> _ledger;
    private readonly Dictionary<WorkId, Item> _items = [];
    private readonly Dictionary<string, (WorkProtocol.AskForWork Ask, IActorRef Worker, TimeSpan At)> _idle = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly long _began;

    /// <summary>A run's dispatcher.</summary>
    public RolloutDispatcher(RunId run, IBlobStore blobs, WorkOptions options, TimeProvider clock)
    {
        _run = run;
        _blobs = blobs;
        _options = options;
        _clock = clock;
        _began = clock.GetTimestamp();
        _ledger = new LeaseLedger<WorkId>(options.Lease, options.LongestAttempt, options.FailureBudget);
        Receive<WorkProtocol.Enqueue>(OnEnqueue);
        Receive<WorkProtocol.AskForWork>(OnAsk);
        Receive<WorkProtocol.StillWorking>(m => _ledger.Renew(m.Work, m.Attempt, Now));
        Receive<WorkProtocol.WorkDone>(OnDone);
        Receive<WorkProtocol.WorkFailed>(OnFailed);
        Receive<WorkProtocol.WorkersGone>(OnGone);
        Receive<WorkProtocol.ForgetAll>(_ => OnForgetAll());
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
        if (_ledger.Add(order.Work))
        {
            _items[order.Work] = new Item(order, Sender, null, null);
            GiveOut();
        }
        else
        {
            _blobs.Release(order.Content);
        }
    }

    private void OnAsk(WorkProtocol.AskForWork ask)
    {
        _idle[ask.Worker] = (ask, Sender, Now);
        GiveOut();
    }

    // A result that another process holds is taken over before it counts: from then on that process may die.
    private void OnDone(WorkProtocol.WorkDone done)
    {
        if (_blobs.IsOwn(done.Result) || !_ledger.Renew(done.Work, done.Attempt, Now))
        {
            Finish(done);
            return;
        }

        _blobs.AdoptAsync(done.Result, _stopping.Token).PipeTo(Self, success: own => new Adopted(done with { Result = own }), failure: cause => new Lost(done, Faults.Reason(cause)));
    }

    private void OnLost(Lost lost)
    {
        if (_ledger.Release(lost.Done.Work, lost.Done.Attempt))
        {
            _log.Warning("The result of {Work}, attempt {Attempt}, is lost and is made again: {Reason}", lost.Done.Work, lost.Done.Attempt.Value, lost.Reason);
            GiveOut();
        }
    }

    private void Finish(WorkProtocol.WorkDone done)
    {
        if (!_ledger.Finish(done.Work, done.Attempt) || !_items.Remove(done.Work, out var item))
        {
            _log.Debug("Ignored late result of {Work}, attempt {Attempt}", done.Work, done.Attempt.Value);
            _blobs.Release(done.Result);
            return;
        }

        _blobs.Release(item.Order.Content);
        if (item.Order.Kind == WorkKind.Rollout)
        {
            var reward = new WorkId(done.Work.Value + RewardSuffix);
            _ledger.Add(reward);
            _items[reward] = new Item(new WorkProtocol.Enqueue(reward, WorkKind.Reward, item.Order.Epoch, null, null, done.Result), item.Owner, done.Work, done);
            GiveOut();
            return;
        }

        item.Owner.Tell(item.Rollout is { } rollout
            ? new WorkProtocol.WorkFinished(item.Origin!.Value, rollout.Policy, rollout.Table, done.Result)
            : new WorkProtocol.WorkFinished(done.Work, done.Policy, done.Table, done.Result));
    }

    private void OnFailed(WorkProtocol.WorkFailed failed)
    {
        if (failed.Kind == FailureKind.Lost)
        {
            _ledger.Release(failed.Work, failed.Attempt);
            return;
        }

        var verdict = _ledger.Fail(failed.Work, failed.Attempt);
        if (verdict == FailureVerdict.Ignored)
        {
            return;
        }

        if (verdict == FailureVerdict.Again && failed.Kind != FailureKind.Input)
        {
            GiveOut();
            return;
        }

        _ledger.Forget(failed.Work);
        if (_items.Remove(failed.Work, out var item))
        {
            _blobs.Release(item.Order.Content);
            item.Owner.Tell(new WorkProtocol.WorkExhausted(item.Origin ?? failed.Work, failed.Reason, failed.Kind == FailureKind.Input));
        }
    }

    private void OnGone(WorkProtocol.WorkersGone gone)
    {
        foreach (var name in _idle.Keys.Where(name => name.StartsWith(gone.Prefix, StringComparison.Ordinal)).ToList())
        {
            _idle.Remove(name);
        }

        var returned = _ledger.Release(worker => worker.StartsWith(gone.Prefix, StringComparison.Ordinal));
        Sender.Tell(new WorkProtocol.LeasesReturned(gone.Prefix, returned.Count));
        GiveOut();
    }

    private void OnForgetAll()
    {
        _ledger.Clear();
        foreach (var item in _items.Values)
        {
            _blobs.Release(item.Order.Content);
        }

        _items.Clear();
    }

    private void OnBeat()
    {
        foreach (var (work, worker) in _ledger.Expire(Now))
        {
            _log.Warning("Took {Work} back from {Worker}: no sign of life for {Lease}", work, worker, _options.Lease);
        }

        GiveOut();
    }

    private void GiveOut()
    {
        foreach (var (name, (ask, worker, at)) in _idle.ToList())
        {
            if (_ledger.WaitingCount == 0)
            {
                return;
            }

            // Who is idle asks on every beat: one that no longer does is gone.
            if (Now - at > _options.Lease)
            {
                _idle.Remove(name);
                continue;
            }

            if (_ledger.Take(name, work => ask.CanDo(_items[work].Order.Kind), Now) is { } grant)
            {
                var order = _items[grant.Work].Order;
                _idle.Remove(name);
                worker.Tell(new WorkProtocol.Lease(_run, grant.Work, grant.Attempt, order.Kind, order.Epoch, order.Policy, order.Table, order.Content, _options.Lease));
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

    private sealed record Item(WorkProtocol.Enqueue Order, IActorRef Owner, WorkId? Origin, WorkProtocol.WorkDone? Rollout);
}
