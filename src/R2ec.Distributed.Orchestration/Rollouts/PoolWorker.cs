using Akka.Actor;
using Akka.Event;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Rollouts;

/// <summary>
/// A worker of a pool: asks for work, does one piece at a time, keeps the result as a blob, and says so. While it works it fetches the next piece ahead, so
/// that it never idles for a round trip, and gives signs of life for both on every beat. A lease that it no longer has is broken off where it is told so,
/// else done in vain, and its late result is ignored. One that stops hands back what it holds.
/// </summary>
/// <remarks>
/// worker → registry → dispatcher: AskForWork; dispatcher → worker: Lease, Withdraw; worker → dispatcher: StillWorking …, WorkDone or WorkFailed.
/// The worker waits for nobody but its own engine; the dispatcher waits for the worker until the lease ends.
/// </remarks>
public abstract class PoolWorker : WireActor, IWithTimers
{
    private const string BeatKey = "beat";

    private readonly IActorRef _registry;
    private readonly IBlobStore _blobs;
    private readonly WorkOptions _options;
    private readonly WorkProtocol.AskForWork _ask;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private HeldLease? _current;
    private HeldLease? _next;
    private Epoch _newest;

    /// <summary>A worker that can do these kinds of work.</summary>
    protected PoolWorker(IActorRef registry, IBlobStore blobs, WorkOptions options, params WorkKind[] kinds)
    {
        _registry = registry;
        _blobs = blobs;
        _options = options;
        _ask = new WorkProtocol.AskForWork(Self.Path.ToStringWithoutAddress(), [.. kinds.Select(kind => (int)kind)]);
        Receive<WorkProtocol.Lease>(OnLease);
        Receive<WorkProtocol.Withdraw>(OnWithdraw);
        Receive<Done>(OnDone);
        Receive<Faulted>(OnFaulted);
        Receive<Beat>(_ => OnBeat());
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>Blobs of this node.</summary>
    protected IBlobStore Blobs => _blobs;

    /// <summary>What it works on; null while it waits.</summary>
    protected WorkProtocol.Lease? Current => _current?.Lease;

    /// <summary>Ends what it began when it stops.</summary>
    protected CancellationToken Stopping => _stopping.Token;

    /// <summary>Does a piece of work off the dispatchers' threads; the part before the first wait is the actor's own.</summary>
    /// <param name="lease">The piece.</param>
    /// <param name="fetched">Its content, which was asked for when the lease arrived.</param>
    /// <param name="stop">Breaks it off.</param>
    protected abstract Task<WorkResult> WorkAsync(WorkProtocol.Lease lease, Task<byte[]> fetched, CancellationToken stop);

    /// <inheritdoc/>
    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(BeatKey, new Beat(), TimeSpan.Zero, _options.Beat);
        base.PreStart();
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        foreach (var held in Held())
        {
            held.Dispatcher.Tell(new WorkProtocol.WorkFailed(held.Lease.Run, held.Lease.Work, held.Lease.Attempt, "its worker was stopped", FailureKind.Lost));
        }

        _stopping.Cancel();
        base.PostStop();
    }

    private IEnumerable<HeldLease> Held() => new[] { _current, _next }.OfType<HeldLease>().Where(held => !held.IsWithdrawn);

    private void OnLease(WorkProtocol.Lease lease)
    {
        if (lease.Epoch > _newest)
        {
            BreakOff();
        }

        if (lease.Epoch < _newest || (_current is not null && _next is not null))
        {
            _log.Debug("Left lease {Work} to expire", lease.Work);
            return;
        }

        _newest = lease.Epoch;
        var held = new HeldLease(lease, Sender, _blobs, _stopping.Token);
        if (_current is null)
        {
            Start(held);
        }
        else
        {
            _next = held;
        }
    }

    // What an earlier epoch gave is done in vain: its dispatcher is gone.
    private void BreakOff()
    {
        _current?.Withdraw();
        _next?.Withdraw();
        _next?.Dispose();
        _next = null;
    }

    private void Start(HeldLease held)
    {
        _current = held;
        StartAsync(held).PipeTo(Self, success: done => done, failure: cause => new Faulted(held, Faults.Reason(cause), Faults.Kind(cause)));
        Ask();
    }

    private async Task<Done> StartAsync(HeldLease held)
    {
        var result = await WorkAsync(held.Lease, held.Content, held.Stop).ConfigureAwait(false);
        return new Done(held, result.Policy, result.Table, _blobs.Put(result.Content));
    }

    private void OnDone(Done done)
    {
        var lease = done.Held.Lease;
        if (done.Held.IsWithdrawn)
        {
            _blobs.Release(done.Result);
        }
        else
        {
            done.Held.Dispatcher.Tell(new WorkProtocol.WorkDone(lease.Run, lease.Work, lease.Attempt, lease.Epoch, done.Policy, done.Table, done.Result));
        }

        GoOn(askAtOnce: true);
    }

    // Who lost what it needed asks on the next beat: by then the others know of the loss as well.
    private void OnFaulted(Faulted faulted)
    {
        var lease = faulted.Held.Lease;
        if (!faulted.Held.IsWithdrawn)
        {
            _log.Warning("Failed at {Work}, attempt {Attempt}: {Reason}", lease.Work, lease.Attempt.Value, faulted.Reason);
            faulted.Held.Dispatcher.Tell(new WorkProtocol.WorkFailed(lease.Run, lease.Work, lease.Attempt, faulted.Reason, faulted.Kind));
        }

        GoOn(askAtOnce: faulted.Held.IsWithdrawn || faulted.Kind != FailureKind.Lost);
    }

    private void GoOn(bool askAtOnce)
    {
        _current?.Dispose();
        _current = null;
        if (_next is { } next)
        {
            _next = null;
            Start(next);
        }
        else if (askAtOnce)
        {
            Ask();
        }
    }

    private void OnWithdraw(WorkProtocol.Withdraw withdrawn)
    {
        if (_next is { } next && next.Is(withdrawn))
        {
            next.Withdraw();
            next.Dispose();
            _next = null;
            Ask();
        }
        else if (_current is { } current && current.Is(withdrawn))
        {
            current.Withdraw();
        }
    }

    private void OnBeat()
    {
        foreach (var held in Held())
        {
            held.Dispatcher.Tell(new WorkProtocol.StillWorking(held.Lease.Run, held.Lease.Work, held.Lease.Attempt));
        }

        Ask();                                                       // with all it may hold as well: another coordinator knows of none of it
    }

    private void Ask() => _registry.Tell(_ask);

    private sealed record Done(HeldLease Held, Core.Identity.Digest? Policy, Core.Identity.Digest? Table, Core.Identity.BlobRef Result) : INoSerializationVerificationNeeded;

    private sealed record Faulted(HeldLease Held, string Reason, FailureKind Kind) : INoSerializationVerificationNeeded;

    private sealed record Beat : INoSerializationVerificationNeeded;
}
