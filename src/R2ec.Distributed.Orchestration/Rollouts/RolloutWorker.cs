using Akka.Actor;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Weights;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Rollouts;

/// <summary>One device that generates, encodes and measures. It says what it holds, not what it was told: the digests are those that its engine computed.</summary>
public sealed class RolloutWorker : PoolWorker
{
    private readonly IRolloutEngine _engine;
    private readonly IWeightStore _weights;

    /// <summary>A worker on an engine.</summary>
    public RolloutWorker(IActorRef registry, IBlobStore blobs, WorkOptions options, IRolloutEngine engine, IWeightStore weights)
        : base(registry, blobs, options, WorkKind.Rollout, WorkKind.Encode, WorkKind.Measure)
    {
        _engine = engine;
        _weights = weights;
    }

    /// <summary>How it is made.</summary>
    public static Props Props(IActorRef registry, IBlobStore blobs, WorkOptions options, IRolloutEngine engine, IWeightStore weights) =>
        Akka.Actor.Props.Create(() => new RolloutWorker(registry, blobs, options, engine, weights));

    /// <inheritdoc/>
    protected override async Task<WorkResult> WorkAsync(WorkProtocol.Lease lease, Task<byte[]> fetched, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentNullException.ThrowIfNull(fetched);
        var policy = await HoldPolicyAsync(lease.Policy ?? throw new InputException($"Work {lease.Work} names no weights."), stop).ConfigureAwait(false);
        var table = lease.Table is { } wanted ? await HoldTableAsync(wanted, stop).ConfigureAwait(false) : (Digest?)null;
        var content = await fetched.ConfigureAwait(false);
        return new WorkResult(policy, table, lease.Kind switch
        {
            WorkKind.Rollout => BlobContracts.Write<GroupRollout[]>([.. await _engine.GenerateAsync(BlobContracts.Read<RolloutBundle>(content), stop).ConfigureAwait(false)]),
            WorkKind.Encode => await _engine.EncodeAsync(BlobContracts.Read<EncodeBundle>(content), stop).ConfigureAwait(false),
            WorkKind.Measure => BlobContracts.Write<MeasuredUser[]>([.. await _engine.MeasureAsync(BlobContracts.Read<EvaluationBundle>(content), stop).ConfigureAwait(false)]),
            _ => throw new InvalidOperationException($"A rollout worker does no {lease.Kind}."),
        });
    }

    private async Task<Digest> HoldPolicyAsync(Digest wanted, CancellationToken stop)
    {
        if (_engine.Held != wanted)
        {
            await _engine.LoadPolicyAsync(await _weights.GetAsync(wanted, stop).ConfigureAwait(false), stop).ConfigureAwait(false);
        }

        return _engine.Held == wanted ? wanted : throw new InvalidDataException($"The engine holds the weights {_engine.Held?.Brief}, not {wanted.Brief}.");
    }

    private async Task<Digest> HoldTableAsync(BlobRef wanted, CancellationToken stop)
    {
        if (_engine.HeldTable != wanted.Digest)
        {
            await _engine.LoadTableAsync(await Blobs.GetAsync(wanted, stop).ConfigureAwait(false), stop).ConfigureAwait(false);
        }

        return _engine.HeldTable == wanted.Digest ? wanted.Digest : throw new InvalidDataException($"The engine holds the item table {_engine.HeldTable?.Brief}, not {wanted.Digest.Brief}.");
    }
}
