using System.Collections.Immutable;
using Akka.Actor;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Payloads;
using R2ec.Distributed.Orchestration.Rollouts;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Evaluation;

/// <summary>Has the whole catalogue encoded by one version of the policy and stores the table: float32, (N + 1) × H, row 0 zero. One order at a time; the newest wins.</summary>
public sealed class ItemEncoder : WireActor
{
    private readonly RunServices _services;
    private readonly IActorRef _dispatcher;
    private readonly RunPlan _plan;
    private readonly CancellationTokenSource _stopping = new();
    private (MeasuringProtocol.EncodeTable Order, Sweep Sweep, IActorRef Owner)? _current;

    /// <summary>A run's encoder.</summary>
    public ItemEncoder(RunServices services, RunPlan plan, IActorRef dispatcher)
    {
        _services = services;
        _plan = plan;
        _dispatcher = dispatcher;
        Receive<MeasuringProtocol.EncodeTable>(OnEncode);
        Receive<WorkProtocol.WorkFinished>(OnFinished);
        Receive<WorkProtocol.WorkExhausted>(m => Fail(m.Reason, m.IsInput));
        Receive<MeasuringProtocol.Cancel>(_ => _current = null);
        Receive<Stored>(OnStored);
        Receive<Faulted>(m => Fail(m.Reason, m.IsInput));
    }

    /// <summary>How it is made.</summary>
    public static Props Props(RunServices services, RunPlan plan, IActorRef dispatcher) => Akka.Actor.Props.Create(() => new ItemEncoder(services, plan, dispatcher));

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _stopping.Cancel();
        base.PostStop();
    }

    private void OnEncode(MeasuringProtocol.EncodeTable order)
    {
        var items = Enumerable.Range(1, _plan.ItemCount).ToArray();
        var parts = Cuts.Apply(items, Cuts.Bundles(items.Length, _plan.BundleItems)).ToList();
        var sweep = new Sweep($"{order.Epoch}/encode/{order.Version}", [.. parts.Select(part => BlobContracts.Write(new EncodeBundle(part)))], [.. parts.Select(part => (double)part.Count)]);
        _current = (order, sweep, Sender);
        sweep.Start(_dispatcher, Self, _services.Blobs, WorkKind.Encode, order.Epoch, order.Policy, null);
    }

    private void OnFinished(WorkProtocol.WorkFinished finished)
    {
        if (_current is not { } current || !current.Sweep.Accept(finished))
        {
            _services.Blobs.Release(finished.Result);
            return;
        }

        current.Owner.Tell(new MeasuringProtocol.SweepProgress(current.Order.Epoch, current.Sweep.Done, current.Sweep.Total));
        if (current.Sweep.IsDone)
        {
            StoreAsync(current.Order, current.Sweep).PipeTo(Self, success: stored => stored, failure: cause => new Faulted(Faults.Reason(cause), Faults.IsInput(cause)));
        }
    }

    private async Task<Stored> StoreAsync(MeasuringProtocol.EncodeTable order, Sweep sweep)
    {
        var parts = await sweep.TakeAsync(_services.Blobs, _stopping.Token).ConfigureAwait(false);
        var (table, payload) = await _services.Bulk.RunAsync(() =>
        {
            var assembled = Assemble(parts);
            return (assembled, Payload.Of(PayloadKind.Table, order.Version, Packed.Pack(assembled)));
        }).ConfigureAwait(false);
        await _services.Payloads.ReplaceTableAsync(payload, _plan.MaxStaleness + 1).ConfigureAwait(false);
        return new Stored(order, payload.Digest, _services.Blobs.Put(table));
    }

    private byte[] Assemble(IReadOnlyList<byte[]> parts)
    {
        var width = parts.Sum(part => part.LongLength) / _plan.ItemCount;
        var table = new byte[checked((int)((_plan.ItemCount + 1) * width))];
        var at = (int)width;
        foreach (var part in parts)
        {
            part.CopyTo(table, at);
            at += part.Length;
        }

        return at == table.Length ? table : throw new InvalidDataException($"The encoded items make {at} bytes of a table of {table.Length}.");
    }

    private void OnStored(Stored stored)
    {
        if (_current is { } current && current.Order == stored.Order)
        {
            _current = null;
            current.Owner.Tell(new MeasuringProtocol.TableEncoded(stored.Order.Epoch, stored.Order.Version, stored.Order.Policy, stored.Payload, stored.Table));
        }
        else
        {
            _services.Blobs.Release(stored.Table);
        }
    }

    private void Fail(string reason, bool isInput)
    {
        if (_current is { } current)
        {
            _current = null;
            current.Owner.Tell(new MeasuringProtocol.SweepFailed(current.Order.Epoch, reason, isInput));
        }
    }

    private sealed record Stored(MeasuringProtocol.EncodeTable Order, Digest Payload, BlobRef Table) : INoSerializationVerificationNeeded;

    private sealed record Faulted(string Reason, bool IsInput) : INoSerializationVerificationNeeded;
}
