using Akka.Actor;
using Akka.Event;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Weights;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Rollouts;

/// <summary>
/// One device that generates, encodes and measures. It says what it holds, not what it was told: the digests are those that its engine computed. Where chains may
/// go over to later versions, it has the newest that it was told of staged beside the one that writes, and waits for it nowhere.
/// </summary>
public sealed class RolloutWorker : PoolWorker
{
    private readonly IRolloutEngine _engine;
    private readonly IWeightStore _weights;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private ToldVersions _told = new(default, []);
    private PolicyVersion? _staging;

    /// <summary>A worker on an engine.</summary>
    public RolloutWorker(IActorRef registry, IBlobStore blobs, WorkOptions options, IRolloutEngine engine, IWeightStore weights)
        : base(registry, blobs, options, WorkKind.Rollout, WorkKind.Encode, WorkKind.Measure)
    {
        _engine = engine;
        _weights = weights;
        Receive<WorkProtocol.LaterPolicy>(OnLater);
        Receive<Staged>(OnStaged);
    }

    /// <summary>How it is made.</summary>
    public static Props Props(IActorRef registry, IBlobStore blobs, WorkOptions options, IRolloutEngine engine, IWeightStore weights) =>
        Akka.Actor.Props.Create(() => new RolloutWorker(registry, blobs, options, engine, weights));

    /// <inheritdoc/>
    protected override async Task<WorkResult> WorkAsync(WorkProtocol.Lease lease, Task<byte[]> fetched, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(lease);
        ArgumentNullException.ThrowIfNull(fetched);
        var wanted = lease.Policy ?? throw new InputException($"Work {lease.Work} names no weights.");
        if (lease is { Kind: WorkKind.Rollout, Later: { } later })
        {
            _told = _told.With(lease.Run, later);
            if (_told.Of(_engine.Held) is not null)
            {
                Stage();
            }

            return await GoingOverAsync(lease, wanted, _told, fetched, stop).ConfigureAwait(false);
        }

        var policy = await HoldPolicyAsync(wanted, stop).ConfigureAwait(false);
        var table = await TableAsync(lease, stop).ConfigureAwait(false);
        var content = await fetched.ConfigureAwait(false);
        return new WorkResult(policy, table, lease.Kind switch
        {
            WorkKind.Rollout => BlobContracts.Write<GroupRollout[]>([.. await _engine.GenerateAsync(BlobContracts.Read<RolloutBundle>(content) with { Version = null }, stop).ConfigureAwait(false)]),
            WorkKind.Encode => await _engine.EncodeAsync(BlobContracts.Read<EncodeBundle>(content), stop).ConfigureAwait(false),
            WorkKind.Measure => BlobContracts.Write<MeasuredUser[]>([.. await _engine.MeasureAsync(BlobContracts.Read<EvaluationBundle>(content), stop).ConfigureAwait(false)]),
            _ => throw new InvalidOperationException($"A rollout worker does no {lease.Kind}."),
        });
    }

    // An engine that holds none of the versions that were told has one loaded here, not staged. A bundle that may go over begins with the newest version at hand that is not earlier than its plan's; its result counts as its plan's all the same.
    private async Task<WorkResult> GoingOverAsync(WorkProtocol.Lease lease, Digest wanted, ToldVersions told, Task<byte[]> fetched, CancellationToken stop)
    {
        var bundle = BlobContracts.Read<RolloutBundle>(await fetched.ConfigureAwait(false));
        var planned = new PolicyVersion(bundle.Version ?? throw new InvalidDataException($"Bundle {lease.Work} names no version to begin with."), wanted);
        var begun = await BeginAsync(planned, told, stop).ConfigureAwait(false);
        var table = await TableAsync(lease, stop).ConfigureAwait(false);
        var groups = await _engine.GenerateAsync(bundle with { Version = begun.Version }, stop).ConfigureAwait(false);
        return new WorkResult(wanted, table, BlobContracts.Write<GroupRollout[]>([.. groups.Select(group => TokenVersions.PlannedOn(group, begun, planned))]));
    }

    private async Task<PolicyVersion> BeginAsync(PolicyVersion planned, ToldVersions told, CancellationToken stop)
    {
        if (told.Of(_engine.Held) is { } held && held.Version >= planned.Version)
        {
            return held;
        }

        // Something has to be loaded: rather the newest. Who cannot have it begins as it was planned.
        if (told.Newest is { } newest && newest.Version > planned.Version)
        {
            try
            {
                await HoldPolicyAsync(newest.Policy, stop).ConfigureAwait(false);
                return newest;
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                _log.Warning("Begins with version {Planned}, since version {Newest} could not be had: {Reason}", planned.Version, newest.Version, Faults.Reason(fault));
            }
        }

        await HoldPolicyAsync(planned.Policy, stop).ConfigureAwait(false);
        return planned;
    }

    private void OnLater(WorkProtocol.LaterPolicy later)
    {
        _told = _told.With(later.Run, later.Version);
        if (Current is { Kind: WorkKind.Rollout } lease && lease.Run == later.Run)
        {
            Stage();
        }
    }

    private void Stage()
    {
        if (_staging is null && _told.Newest is { } newest && _engine.Held != newest.Policy)
        {
            _staging = newest;
            StageAsync(newest).PipeTo(Self, success: () => new Staged(newest, null), failure: cause => new Staged(newest, Faults.Reason(cause)));
        }
    }

    private async Task StageAsync(PolicyVersion version) =>
        await _engine.StageAsync(version, await _weights.GetAsync(version.Policy, Stopping).ConfigureAwait(false), Stopping).ConfigureAwait(false);

    private void OnStaged(Staged staged)
    {
        _staging = null;
        if (staged.Fault is { } reason)
        {
            _log.Warning("Writes on without version {Version}, which could not be had: {Reason}", staged.Version.Version, reason);
        }

        // One that was told meanwhile; the same one is not tried again.
        if (_told.Newest is { } newest && newest.Version > staged.Version.Version && Current is { Kind: WorkKind.Rollout })
        {
            Stage();
        }
    }

    private async Task<Digest?> TableAsync(WorkProtocol.Lease lease, CancellationToken stop) => lease.Table is { } wanted ? await HoldTableAsync(wanted, stop).ConfigureAwait(false) : null;

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

    private sealed record Staged(PolicyVersion Version, string? Fault) : INoSerializationVerificationNeeded;
}
