using Akka.Actor;
using Akka.Event;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Rollouts;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Weights;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Learning;

/// <summary>
/// One device that computes shards: forward passes, whose graphs it keeps, and backward passes. It may keep several shards; its engine does one thing at a
/// time. On every beat it gives a sign of life for each that it keeps; for one that waits for its backward pass that is its result again, since either may
/// have been lost on the way. Orders of an earlier epoch than the newest it saw are refused.
/// </summary>
public sealed class GradientWorker : WireActor, IWithTimers
{
    private const string BeatKey = "beat";

    private readonly IActorRef _registry;
    private readonly IBlobStore _blobs;
    private readonly WorkOptions _options;
    private readonly IGradientEngine _engine;
    private readonly HeldPolicy _policy;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Dictionary<WorkId, Held> _held = [];
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private Epoch _newest;
    private int _working;

    /// <summary>A worker on an engine.</summary>
    public GradientWorker(IActorRef registry, IBlobStore blobs, WorkOptions options, IGradientEngine engine, IWeightStore weights)
    {
        _registry = registry;
        _blobs = blobs;
        _options = options;
        _engine = engine;
        _policy = new HeldPolicy(engine, weights);
        Receive<LearningProtocol.ShardLease>(OnLease);
        Receive<LearningProtocol.ShardBackward>(OnBackward);
        Receive<LearningProtocol.ForgetShards>(OnForget);
        Receive<Forwarded>(OnForwarded);
        Receive<Finished>(OnFinished);
        Receive<Faulted>(OnFaulted);
        Receive<Forgotten>(_ => { });
        Receive<Beat>(_ => OnBeat());
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>How it is made.</summary>
    public static Props Props(IActorRef registry, IBlobStore blobs, WorkOptions options, IGradientEngine engine, IWeightStore weights) =>
        Akka.Actor.Props.Create(() => new GradientWorker(registry, blobs, options, engine, weights));

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

    private void OnLease(LearningProtocol.ShardLease lease)
    {
        if (lease.Epoch < _newest)
        {
            return;
        }

        _newest = lease.Epoch;
        _working++;
        var held = new Held(lease, Sender);
        _held[lease.Work] = held;
        ForwardAsync(held).PipeTo(Self, success: done => done, failure: cause => new Faulted(held, Faults.Reason(cause), Faults.Kind(cause)));
    }

    private async Task<Forwarded> ForwardAsync(Held held)
    {
        var policy = await _policy.HoldAsync(held.Lease.Policy, _stopping.Token).ConfigureAwait(false);
        if (policy != held.Lease.Policy)
        {
            throw new InvalidDataException($"The engine holds the weights {policy.Brief}, not {held.Lease.Policy.Brief}.");
        }

        var order = BlobContracts.Read<ShardOrder>(await _blobs.GetAsync(held.Lease.Order, _stopping.Token).ConfigureAwait(false));
        held.Step = order.Step;
        held.Shard = order.Shard;
        var forward = await _engine.ForwardAsync(order, _stopping.Token).ConfigureAwait(false);
        return new Forwarded(held, _blobs.Put(BlobContracts.Write(forward)));
    }

    private void OnForwarded(Forwarded done)
    {
        _working--;
        done.Held.Forwarded = done.Result;
        done.Held.Desk.Tell(Result(done.Held.Lease, done.Result));
        _registry.Tell(new LearningProtocol.AskForShard(Name));
    }

    private void OnBackward(LearningProtocol.ShardBackward order)
    {
        if (!_held.TryGetValue(order.Work, out var held) || held.Lease.Attempt != order.Attempt)
        {
            Sender.Tell(new LearningProtocol.ShardFailed(order.Run, order.Epoch, order.Work, order.Attempt, "the shard's graph is not here", FailureKind.Lost));
            return;
        }

        if (held.Forwarded is null)
        {
            return;
        }

        held.Forwarded = null;
        _working++;
        BackwardAsync(held, order.Gradients).PipeTo(Self, success: done => done, failure: cause => new Faulted(held, Faults.Reason(cause), Faults.Kind(cause)));
    }

    private async Task<Finished> BackwardAsync(Held held, BlobRef blob)
    {
        var gradients = BlobContracts.Read<VectorGradients>(await _blobs.GetAsync(blob, _stopping.Token).ConfigureAwait(false));
        var shard = await _engine.BackwardAsync(held.Step, held.Shard, gradients.Users, gradients.Items, _stopping.Token).ConfigureAwait(false);
        return new Finished(held, _blobs.Put(shard.Gradient), shard.ItemGradient is { } item ? _blobs.Put(item) : null);
    }

    private void OnFinished(Finished done)
    {
        _working--;
        var lease = done.Held.Lease;
        _held.Remove(lease.Work);
        done.Held.Desk.Tell(new LearningProtocol.ShardFinished(lease.Run, lease.Epoch, lease.Work, lease.Attempt, done.Gradient, done.ItemGradient));
    }

    private void OnFaulted(Faulted faulted)
    {
        _working--;
        var lease = faulted.Held.Lease;
        _held.Remove(lease.Work);
        _log.Warning("Failed at shard {Work}, attempt {Attempt}: {Reason}", lease.Work, lease.Attempt.Value, faulted.Reason);
        faulted.Held.Desk.Tell(new LearningProtocol.ShardFailed(lease.Run, lease.Epoch, lease.Work, lease.Attempt, faulted.Reason, faulted.Kind));
        if (faulted.Kind != FailureKind.Lost)
        {
            _registry.Tell(new LearningProtocol.AskForShard(Name));
        }
    }

    private void OnForget(LearningProtocol.ForgetShards forget)
    {
        foreach (var work in _held.Where(pair => pair.Value.Lease.Epoch <= forget.Epoch).Select(pair => pair.Key).ToList())
        {
            _held.Remove(work);
        }

        if (_held.Count > 0)
        {
            return;
        }

        _engine.ForgetAsync(_stopping.Token).PipeTo(Self, success: () => new Forgotten(), failure: _ => new Forgotten());
    }

    private void OnBeat()
    {
        foreach (var held in _held.Values)
        {
            held.Desk.Tell(held.Forwarded is { } result ? Result(held.Lease, result) : new LearningProtocol.ShardHeld(held.Lease.Run, held.Lease.Epoch, held.Lease.Work, held.Lease.Attempt));
        }

        if (_working == 0)
        {
            _registry.Tell(new LearningProtocol.AskForShard(Name));
        }
    }

    private string Name => Self.Path.ToStringWithoutAddress();

    private static LearningProtocol.ShardForwarded Result(LearningProtocol.ShardLease lease, BlobRef result) => new(lease.Run, lease.Epoch, lease.Work, lease.Attempt, lease.Policy, result);

    private sealed class Held(LearningProtocol.ShardLease lease, IActorRef desk)
    {
        internal LearningProtocol.ShardLease Lease { get; } = lease;

        internal IActorRef Desk { get; } = desk;

        internal int Step { get; set; }

        internal int Shard { get; set; }

        /// <summary>What the forward passes came to, while it waits for the backward pass.</summary>
        internal BlobRef? Forwarded { get; set; }
    }

    private sealed record Forwarded(Held Held, BlobRef Result) : INoSerializationVerificationNeeded;

    private sealed record Finished(Held Held, BlobRef Gradient, BlobRef? ItemGradient) : INoSerializationVerificationNeeded;

    private sealed record Faulted(Held Held, string Reason, FailureKind Kind) : INoSerializationVerificationNeeded;

    private sealed record Forgotten : INoSerializationVerificationNeeded;

    private sealed record Beat : INoSerializationVerificationNeeded;
}
