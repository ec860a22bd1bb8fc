using Akka.Actor;
using Akka.Event;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Learning;
using R2ec.Distributed.Orchestration.Rollouts;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Cluster;

/// <summary>
/// A node's copies of a run's checkpoints: says on every beat which ones stand here whole, fetches those that it is told to keep, and removes those that
/// the run no longer needs. The learner's own node is not told to remove any: its learner does so itself.
/// </summary>
public sealed class CheckpointKeeper : WireActor, IWithTimers
{
    private const string BeatKey = "beat";
    private const int MostTold = 64;

    private readonly RunId _run;
    private readonly NodeServices _services;
    private readonly IActorRef _coordinator;
    private readonly CheckpointFolder _folder;
    private readonly ICheckpointCopies _copies;
    private readonly Threads.WorkThread _disk;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private readonly HashSet<string> _copying = [];
    private readonly Dictionary<string, Digest> _held = [];

    /// <summary>A keeper of a run's checkpoints.</summary>
    public CheckpointKeeper(RunId run, NodeServices services, IActorRef coordinator, ICheckpointCopies copies, CheckpointFolder folder, Threads.WorkThread disk)
    {
        (_run, _services, _coordinator, _copies, _folder, _disk) = (run, services, coordinator, copies, folder, disk);
        Receive<ClusterProtocol.KeepCheckpoint>(OnKeep);
        Receive<ClusterProtocol.DropCheckpoints>(OnDrop);
        Receive<Copied>(OnCopied);
        Receive<Pruned>(OnPruned);
        Receive<Beat>(_ => OnBeat());
    }

    /// <inheritdoc/>
    public ITimerScheduler Timers { get; set; } = null!;

    /// <summary>How it is made.</summary>
    public static Props Props(RunId run, NodeServices services, IActorRef coordinator, ICheckpointCopies copies, CheckpointFolder folder, Threads.WorkThread disk) =>
        Akka.Actor.Props.Create(() => new CheckpointKeeper(run, services, coordinator, copies, folder, disk));

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
        base.PostStop();
    }

    private void OnBeat() => _coordinator.Tell(new ClusterProtocol.OfferKeeping(
        _services.Name, Self.Path.ToStringWithoutAddress(), _services.Bulk, _services.Roles.Contains("learner"), [.. _held.Values.Take(MostTold)]));

    private void OnKeep(ClusterProtocol.KeepCheckpoint keep)
    {
        if (keep.Run == _run && _copying.Add(keep.Checkpoint.Folder))
        {
            _copies.FetchAsync(keep.Checkpoint, [keep.Holder], _stopping.Token)
                .PipeTo(Self, success: got => new Copied(keep, got), failure: cause => new Copied(keep, false, Faults.Reason(cause)));
        }
    }

    private void OnCopied(Copied copied)
    {
        var checkpoint = copied.Keep.Checkpoint;
        _copying.Remove(checkpoint.Folder);
        if (!copied.Got)
        {
            _held.Remove(checkpoint.Folder);
            _log.Warning("Could not keep a copy of checkpoint {Folder}: {Reason}", checkpoint.Folder, copied.Reason);
            return;
        }

        _held[checkpoint.Folder] = checkpoint.Manifest;
    }

    // What is being fetched is no checkpoint that a list could name: the next list comes soon.
    private void OnDrop(ClusterProtocol.DropCheckpoints drop)
    {
        if (drop.Run == _run && _copying.Count == 0)
        {
            var kept = drop.Keep.ToHashSet(StringComparer.Ordinal);
            _disk.RunAsync(() => _folder.Prune(kept)).PipeTo(Self, success: () => new Pruned(kept), failure: _ => new Pruned(null));
        }
    }

    private void OnPruned(Pruned pruned)
    {
        foreach (var folder in _held.Keys.Where(folder => pruned.Kept?.Contains(folder) == false).ToList())
        {
            _held.Remove(folder);
        }
    }

    private sealed record Copied(ClusterProtocol.KeepCheckpoint Keep, bool Got, string Reason = "its holder has it no more") : INoSerializationVerificationNeeded;

    private sealed record Pruned(IReadOnlySet<string>? Kept) : INoSerializationVerificationNeeded;

    private sealed record Beat : INoSerializationVerificationNeeded;
}
