using Akka.Actor;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Payloads;
using R2ec.Distributed.Orchestration.Rollouts;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Threads;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Rewards;

/// <summary>Rewards the groups of a bundle on a thread of its own. Its result holds each group as the packed payload that will be stored and trained on.</summary>
public sealed class RewardWorker : PoolWorker
{
    private readonly RewardRule _rule;
    private readonly WorkThread _thread;

    /// <summary>A worker by a rule.</summary>
    public RewardWorker(IActorRef registry, IBlobStore blobs, WorkOptions options, RewardRule rule, WorkThread thread)
        : base(registry, blobs, options, WorkKind.Reward)
    {
        _rule = rule;
        _thread = thread;
    }

    /// <summary>How it is made.</summary>
    public static Props Props(IActorRef registry, IBlobStore blobs, WorkOptions options, RewardRule rule, WorkThread thread) =>
        Akka.Actor.Props.Create(() => new RewardWorker(registry, blobs, options, rule, thread));

    /// <inheritdoc/>
    protected override async Task<WorkResult> WorkAsync(WorkProtocol.Lease lease, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(lease);
        var content = await Blobs.GetAsync(lease.Content, stop).ConfigureAwait(false);
        return await _thread.RunAsync(() => new WorkResult(null, null, BlobContracts.Write(Payloads(content)))).ConfigureAwait(false);
    }

    private byte[][] Payloads(byte[] content) => [.. BlobContracts.Read<GroupRollout[]>(content).Select(group => _rule.Score(group) switch
    {
        ScoringResult.Scored scored => Packed.Pack(BlobContracts.Write(scored.Group)),
        ScoringResult.Rejected rejected => throw new InvalidDataException(rejected.Reason),
        ScoringResult.Failed failed => throw new InvalidDataException(failed.Reason),
        var other => throw new InvalidOperationException($"No rule for {other.GetType().Name}."),
    })];
}
