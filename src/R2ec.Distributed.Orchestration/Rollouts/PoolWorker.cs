using Akka.Actor;
using Akka.Event;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Rollouts;

/// <summary>
/// A worker of a pool: asks for work, does one piece at a time, keeps the result as a blob, says so, and asks again. While it works it gives signs of life
/// on every beat; a lease that it no longer has, it goes on with in vain, and its late result is ignored.
/// </summary>
/// <remarks>
/// worker → registry → dispatcher: AskForWork; dispatcher → worker: Lease; worker → dispatcher: StillWorking …, WorkDone or WorkFailed.
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
    private (WorkProtocol.Lease Lease, IActorRef Dispatcher)? _current;
    private Epoch _newest;

    /// <summary>A worker that can do these kinds of work.</summary>
    protected PoolWorker(IActorRef registry, IBlobStore blobs, WorkOptions options, params WorkKind[] kinds)
    {
        _registry = registry;
        _blobs = blobs;
        _options = options;
        _ask = new WorkProtocol.AskForWork(Self.Path.ToStringWithoutAddress(), [.. kinds.Select(kind => (int)kind)]);
        Receive<WorkProtocol.Lease>(OnLease);
        Receive<Done>(OnDone);
        Receive<Faulted>(OnFaulted);
        Receive<Beat>(_ => OnBeat());
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>Blobs of this node.</summary>
    protected IBlobStore Blobs => _blobs;

    /// <summary>Does a piece of work off the dispatchers' threads.</summary>
    protected abstract Task<WorkResult> WorkAsync(WorkProtocol.Lease lease, CancellationToken stop);

    /// <inheritdoc/>
    protected override void PreStart()
    {
        Timers.StartPeriodicTimer(BeatKey, new Beat(), TimeSpan.Zero, _options.Beat);
        base.PreStart();
    }

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _stopping.Cancel();
        base.PostStop();
    }

    private void OnLease(WorkProtocol.Lease lease)
    {
        if (_current is not null || lease.Epoch < _newest)
        {
            _log.Debug("Left lease {Work} to expire", lease.Work);
            return;
        }

        _newest = lease.Epoch;
        _current = (lease, Sender);
        StartAsync(lease).PipeTo(Self, success: done => done, failure: cause => new Faulted(lease, Faults.Reason(cause), Faults.Kind(cause)));
    }

    private async Task<Done> StartAsync(WorkProtocol.Lease lease)
    {
        var result = await WorkAsync(lease, _stopping.Token).ConfigureAwait(false);
        return new Done(lease, result.Policy, result.Table, _blobs.Put(result.Content));
    }

    private void OnDone(Done done)
    {
        Tell(new WorkProtocol.WorkDone(done.Lease.Run, done.Lease.Work, done.Lease.Attempt, done.Lease.Epoch, done.Policy, done.Table, done.Result));
        AskAgain();
    }

    // Who lost what it needed asks on the next beat: by then the others know of the loss as well.
    private void OnFaulted(Faulted faulted)
    {
        _log.Warning("Failed at {Work}, attempt {Attempt}: {Reason}", faulted.Lease.Work, faulted.Lease.Attempt.Value, faulted.Reason);
        Tell(new WorkProtocol.WorkFailed(faulted.Lease.Run, faulted.Lease.Work, faulted.Lease.Attempt, faulted.Reason, faulted.Kind));
        _current = null;
        if (faulted.Kind != FailureKind.Lost)
        {
            AskAgain();
        }
    }

    private void OnBeat()
    {
        if (_current is { } current)
        {
            Tell(new WorkProtocol.StillWorking(current.Lease.Run, current.Lease.Work, current.Lease.Attempt));
        }
        else
        {
            _registry.Tell(_ask);
        }
    }

    private void Tell(object message) => _current?.Dispatcher.Tell(message);

    private void AskAgain()
    {
        _current = null;
        _registry.Tell(_ask);
    }

    private sealed record Done(WorkProtocol.Lease Lease, Core.Identity.Digest? Policy, Core.Identity.Digest? Table, Core.Identity.BlobRef Result) : INoSerializationVerificationNeeded;

    private sealed record Faulted(WorkProtocol.Lease Lease, string Reason, FailureKind Kind) : INoSerializationVerificationNeeded;

    private sealed record Beat : INoSerializationVerificationNeeded;
}
