using Akka.Actor;
using Akka.Event;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Core.Scheduling;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Rollouts;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Learning;

/// <summary>
/// Gives a step's shards to gradient workers that ask for them. A shard stays with the worker that keeps its graph; where that worker gives no sign of life,
/// the shard begins again with another one, which changes no bit. The learner waits for shards; a shard's lease ends on the desk's own beat.
/// </summary>
/// <remarks>learner → desk: Forward, Backward (private, with the promise that they fulfil); desk ↔ worker: the messages of <see cref="LearningProtocol"/>.</remarks>
public sealed class ShardDesk : WireActor, IWithTimers
{
    private const string BeatKey = "beat";
    private static readonly int[] OneLane = [0];

    private readonly RunId _run;
    private readonly IBlobStore _blobs;
    private readonly WorkOptions _options;
    private readonly TimeProvider _clock;
    private readonly long _began;
    private readonly LeaseLedger<WorkId> _ledger;
    private readonly WorkerRests<IActorRef> _rests;
    private readonly Dictionary<WorkId, Shard> _shards = [];
    private readonly Dictionary<string, (IActorRef Worker, TimeSpan At)> _idle = [];
    private readonly HashSet<IActorRef> _workers = [];
    private Epoch _newest;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ILoggingAdapter _log = Context.GetLogger();

    /// <summary>A learner's desk.</summary>
    public ShardDesk(RunId run, IBlobStore blobs, WorkOptions options, TimeProvider clock)
    {
        _run = run;
        _blobs = blobs;
        _options = options;
        _clock = clock;
        _began = clock.GetTimestamp();
        _ledger = new LeaseLedger<WorkId>(options.Lease, options.LongestAttempt, options.FailureBudget);
        _rests = new WorkerRests<IActorRef>(options.Lease, options.Lease);
        Receive<Forward>(OnForward);
        Receive<Backward>(OnBackward);
        Receive<Forget>(_ => OnForget());
        Receive<LearningProtocol.AskForShard>(OnAsk);
        Receive<LearningProtocol.ShardForwarded>(OnForwarded);
        Receive<LearningProtocol.ShardFinished>(OnFinished);
        Receive<LearningProtocol.ShardHeld>(OnHeld);
        Receive<LearningProtocol.ShardFailed>(OnFailed);
        Receive<ForwardTaken>(OnForwardTaken);
        Receive<GradientTaken>(OnGradientTaken);
        Receive<Lost>(OnLost);
        Receive<Beat>(_ => OnBeat());
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    private TimeSpan Now => _clock.GetElapsedTime(_began);

    /// <summary>How it is made.</summary>
    public static Props Props(RunId run, IBlobStore blobs, WorkOptions options, TimeProvider clock) => Akka.Actor.Props.Create(() => new ShardDesk(run, blobs, options, clock));

    /// <inheritdoc/>
    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(BeatKey, new Beat(), _options.Beat);
        base.PreStart();
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _stopping.Cancel();
        OnForget();
        base.PostStop();
    }

    private void OnForward(Forward order)
    {
        var work = Work(order.Epoch, order.Order);
        _newest = order.Epoch;
        _shards[work] = new Shard(order.Epoch, order.Policy, _blobs.Put(BlobContracts.Write(order.Order)), order.Done);
        _ledger.Add(work);
        GiveOut();
    }

    private void OnBackward(Backward order)
    {
        var work = Work(order.Epoch, order.Order);
        if (!_shards.TryGetValue(work, out var shard))
        {
            order.Done.TrySetException(new InvalidOperationException($"Shard {work} has no forward pass."));
            return;
        }

        shard.Gradients = _blobs.Put(BlobContracts.Write(order.Gradients));
        shard.Backward = order.Done;
        shard.Index = order.Order.Shard;
        SendBackward(work, shard);
    }

    private void SendBackward(WorkId work, Shard shard)
    {
        if (shard is { Keeper: { } keeper, Gradients: { } gradients })
        {
            keeper.Tell(new LearningProtocol.ShardBackward(_run, shard.Epoch, work, shard.Attempt, gradients));
        }
    }

    private void OnAsk(LearningProtocol.AskForShard ask)
    {
        _idle[ask.Worker] = (Sender, Now);
        _workers.Add(Sender);
        _rests.Hear(Sender, OneLane, Now);
        GiveOut();
    }

    private void OnHeld(LearningProtocol.ShardHeld held)
    {
        _rests.Hear(Sender, Now);
        _ledger.Renew(held.Work, held.Attempt, Now);
    }

    private void OnForwarded(LearningProtocol.ShardForwarded done)
    {
        _rests.Succeed(Sender, Now);
        if (!_shards.TryGetValue(done.Work, out var shard) || !_ledger.Renew(done.Work, done.Attempt, Now) || done.Policy != shard.Policy)
        {
            _blobs.Release(done.Result);
            return;
        }

        var keeper = Sender;
        if (shard.Taken == done.Attempt)
        {
            // It is said again because nothing came back: the gradients may have been lost on their way.
            SendBackward(done.Work, shard);
            return;
        }

        shard.Taken = done.Attempt;
        TakeAsync(done.Result, bytes => new ForwardTaken(done.Work, done.Attempt, keeper, BlobContracts.Read<ShardForward>(bytes)))
            .PipeTo(Self, success: taken => taken, failure: cause => new Lost(done.Work, done.Attempt, Faults.Reason(cause)));
    }

    private void OnForwardTaken(ForwardTaken taken)
    {
        if (_shards.TryGetValue(taken.Work, out var shard) && _ledger.Renew(taken.Work, taken.Attempt, Now))
        {
            shard.Keeper = taken.Keeper;
            shard.Attempt = taken.Attempt;
            shard.Forward.TrySetResult(taken.Result);
            SendBackward(taken.Work, shard);
        }
    }

    private void OnFinished(LearningProtocol.ShardFinished done)
    {
        if (!_shards.TryGetValue(done.Work, out var shard) || shard.Backward is null || !_ledger.Renew(done.Work, done.Attempt, Now))
        {
            Release(done.Gradient);
            Release(done.ItemGradient);
            return;
        }

        GradientAsync(shard.Index, done).PipeTo(Self, success: taken => new GradientTaken(done.Work, done.Attempt, taken), failure: cause => new Lost(done.Work, done.Attempt, Faults.Reason(cause)));
    }

    private async Task<ShardGradient> GradientAsync(int shard, LearningProtocol.ShardFinished done)
    {
        var gradient = await TakeAsync(done.Gradient, bytes => bytes).ConfigureAwait(false);
        return new ShardGradient(shard, gradient, done.ItemGradient is { } item ? await TakeAsync(item, bytes => bytes).ConfigureAwait(false) : null);
    }

    private void OnGradientTaken(GradientTaken taken)
    {
        if (_shards.TryGetValue(taken.Work, out var shard) && _ledger.Finish(taken.Work, taken.Attempt))
        {
            _shards.Remove(taken.Work);
            Release(shard.Order);
            Release(shard.Gradients);
            shard.Backward!.TrySetResult(taken.Gradient);
        }
    }

    // The worker died between its word and its bytes: the shard begins again elsewhere, which changes no bit.
    private void OnLost(Lost lost)
    {
        if (_shards.TryGetValue(lost.Work, out var shard) && _ledger.Release(lost.Work, lost.Attempt))
        {
            _log.Warning("What shard {Work} came to is lost and is computed again: {Reason}", lost.Work, lost.Reason);
            shard.Keeper = null;
            GiveOut();
        }
    }

    private async Task<T> TakeAsync<T>(BlobRef blob, Func<byte[], T> read)
    {
        try
        {
            return read(await _blobs.GetAsync(blob, _stopping.Token).ConfigureAwait(false));
        }
        finally
        {
            Release(blob);
        }
    }

    private void OnFailed(LearningProtocol.ShardFailed failed)
    {
        if (failed.Kind == FailureKind.Lost)
        {
            OnLost(new Lost(failed.Work, failed.Attempt, failed.Reason));
            return;
        }

        var verdict = _ledger.Fail(failed.Work, failed.Attempt);
        if (verdict == FailureVerdict.Ignored || !_shards.TryGetValue(failed.Work, out var shard))
        {
            return;
        }

        if (failed.Kind == FailureKind.Fault)
        {
            var rest = _rests.Fail(Sender, Now);
            _log.Warning("{Worker} failed and rests for {Seconds} s while others can do its work: {Reason}", Sender.Path.ToStringWithoutAddress(), rest.TotalSeconds, failed.Reason);
        }

        shard.Keeper = null;
        if (verdict == FailureVerdict.Again && failed.Kind != FailureKind.Input)
        {
            GiveOut();
            return;
        }

        _ledger.Forget(failed.Work);
        _shards.Remove(failed.Work);
        Exception fault = failed.Kind == FailureKind.Input ? new InputException(failed.Reason) : new InvalidOperationException($"Shard {failed.Work} failed {_options.FailureBudget} times: {failed.Reason}");
        shard.Forward.TrySetException(fault);
        shard.Backward?.TrySetException(fault);
    }

    private void OnForget()
    {
        foreach (var shard in _shards.Values)
        {
            Release(shard.Order);
            Release(shard.Gradients);
            shard.Forward.TrySetCanceled();
            shard.Backward?.TrySetCanceled();
        }

        _shards.Clear();
        _ledger.Clear();
        foreach (var worker in _workers)
        {
            worker.Tell(new LearningProtocol.ForgetShards(_run, _newest));
        }
    }

    private void OnBeat()
    {
        foreach (var (work, worker) in _ledger.Expire(Now))
        {
            _log.Warning("Took shard {Work} back from {Worker}: no sign of life for {Lease}", work, worker, _options.Lease);
            _shards[work].Keeper = null;
        }

        _rests.ForgetSilent(Now);
        GiveOut();
    }

    private void GiveOut()
    {
        foreach (var (name, (worker, at)) in _idle.ToList())
        {
            // Who is idle asks on every beat: one that no longer does is gone.
            if (Now - at > _options.Lease)
            {
                _idle.Remove(name);
                continue;
            }

            if (!_rests.MayWork(worker, Now))
            {
                continue;
            }

            if (_ledger.Take(name, _ => true, Now) is not { } grant)
            {
                return;
            }

            var shard = _shards[grant.Work];
            _idle.Remove(name);
            worker.Tell(new LearningProtocol.ShardLease(_run, shard.Epoch, grant.Work, grant.Attempt, shard.Policy, shard.Order, _options.Lease));
        }
    }

    private void Release(BlobRef? blob)
    {
        if (blob is not null)
        {
            _blobs.Release(blob);
        }
    }

    private static WorkId Work(Epoch epoch, ShardOrder order) => new($"{epoch}/shard/{order.Step}/{order.Shard}");

    internal sealed record Forward(Epoch Epoch, Digest Policy, ShardOrder Order, TaskCompletionSource<ShardForward> Done) : INoSerializationVerificationNeeded;

    internal sealed record Backward(Epoch Epoch, ShardOrder Order, VectorGradients Gradients, TaskCompletionSource<ShardGradient> Done) : INoSerializationVerificationNeeded;

    internal sealed record Forget : INoSerializationVerificationNeeded;

    private sealed record ForwardTaken(WorkId Work, Attempt Attempt, IActorRef Keeper, ShardForward Result) : INoSerializationVerificationNeeded;

    private sealed record GradientTaken(WorkId Work, Attempt Attempt, ShardGradient Gradient) : INoSerializationVerificationNeeded;

    private sealed record Lost(WorkId Work, Attempt Attempt, string Reason) : INoSerializationVerificationNeeded;

    private sealed record Beat : INoSerializationVerificationNeeded;

    private sealed class Shard(Epoch epoch, Digest policy, BlobRef order, TaskCompletionSource<ShardForward> forward)
    {
        internal Epoch Epoch { get; } = epoch;

        internal Digest Policy { get; } = policy;

        internal BlobRef Order { get; } = order;

        internal TaskCompletionSource<ShardForward> Forward { get; } = forward;

        internal TaskCompletionSource<ShardGradient>? Backward { get; set; }

        internal BlobRef? Gradients { get; set; }

        internal int Index { get; set; }

        internal IActorRef? Keeper { get; set; }

        /// <summary>The attempt whose result is here, or on its way.</summary>
        internal Attempt Taken { get; set; }

        internal Attempt Attempt { get; set; }
    }
}
