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

/// <summary>Rewards the groups of a bundle: the fused reward on a thread of its own, then the spec's further terms. Its result holds each group as the packed payload that will be stored and trained on.</summary>
public sealed class RewardWorker : PoolWorker
{
    private readonly RewardRule _rule;
    private readonly RewardTerms _terms;
    private readonly WorkThread _thread;

    /// <summary>A worker by a rule.</summary>
    public RewardWorker(IActorRef registry, IBlobStore blobs, WorkOptions options, RewardRule rule, RewardTerms terms, WorkThread thread)
        : base(registry, blobs, options, WorkKind.Reward)
    {
        _rule = rule;
        _terms = terms;
        _thread = thread;
    }

    /// <summary>How it is made.</summary>
    public static Props Props(IActorRef registry, IBlobStore blobs, WorkOptions options, RewardRule rule, RewardTerms terms, WorkThread thread) =>
        Akka.Actor.Props.Create(() => new RewardWorker(registry, blobs, options, rule, terms, thread));

    /// <inheritdoc/>
    protected override async Task<WorkResult> WorkAsync(WorkProtocol.Lease lease, Task<byte[]> fetched, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentNullException.ThrowIfNull(fetched);
        var content = await fetched.ConfigureAwait(false);
        var fused = await _thread.RunAsync<IReadOnlyList<ScoringResult>>(() => [.. BlobContracts.Read<GroupRollout[]>(content).Select(_rule.Score)]).ConfigureAwait(false);
        var scored = await _terms.AddAsync(lease, fused, stop).ConfigureAwait(false);
        return await _thread.RunAsync(() => new WorkResult(null, null, BlobContracts.Write<byte[][]>([.. scored.Select(Packing)]))).ConfigureAwait(false);
    }

    private static byte[] Packing(ScoringResult result) => result switch
    {
        ScoringResult.Scored scored => Packed.Pack(BlobContracts.Write(scored.Group)),
        ScoringResult.Rejected rejected => throw new InvalidDataException(rejected.Reason),
        ScoringResult.Failed failed => throw new InvalidDataException(failed.Reason),
        var other => throw new InvalidOperationException($"No rule for {other.GetType().Name}."),
    };
}
