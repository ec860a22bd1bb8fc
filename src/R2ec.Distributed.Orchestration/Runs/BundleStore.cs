using System.Globalization;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Core.Scheduling;
using R2ec.Distributed.Orchestration.Learning;
using R2ec.Distributed.Orchestration.Payloads;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>Bundles of a step on their way out as blobs and back as durable payloads. Payloads are durable before an event names them.</summary>
internal sealed class BundleStore(RunServices services)
{
    private bool Partial => services.Spec.Recpo.PartialRollouts;

    internal static WorkId Work(Epoch epoch, int step, int bundle) => new($"{epoch}/rollout/{step}/{bundle}");

    /// <summary>Plan and bundle of work that <see cref="Work"/> named.</summary>
    internal static (int Step, int Bundle) Of(WorkId work)
    {
        var parts = work.Value.Split('/');
        return (int.Parse(parts[^2], CultureInfo.InvariantCulture), int.Parse(parts[^1], CultureInfo.InvariantCulture));
    }

    internal BlobRef Content(StepRecord step, int bundle)
    {
        var first = step.FirstGroup(bundle);
        return services.Blobs.Put(BlobContracts.Write(new RolloutBundle(step.Step, first, [.. step.Samples.Skip(first).Take(step.Bundles[bundle])], Partial ? step.Version : null)));
    }

    /// <summary>What a bundle is expected to cost.</summary>
    internal double Cost(StepRecord step, int bundle) =>
        WorkCost.Rollout(services.Book, [.. step.Samples.Skip(step.FirstGroup(bundle)).Take(step.Bundles[bundle])], services.Spec.Recpo.GroupSize, services.Spec.Rollout.MaxNewTokens);

    /// <summary>What a step is trained on, for the learner; the caller releases it.</summary>
    internal BlobRef Groups(StepAssembly step) => services.Blobs.Put(BlobContracts.Write(new StepGroups(step.Policy, [.. step.Payloads])));

    internal async Task<IReadOnlyList<StoredGroup>> StoreAsync(StepRecord step, int bundle, Digest policy, Digest table, BlobRef result)
    {
        var content = await services.Blobs.GetAsync(result, services.Stopping).ConfigureAwait(false);
        services.Blobs.Release(result);
        var payloads = BlobContracts.Read<byte[][]>(content).Select(packed => Payload.Of(PayloadKind.Group, step.Step, packed)).ToArray();
        if (payloads.Length != step.Bundles[bundle])
        {
            throw new InvalidDataException($"Bundle {bundle} of step {step.Step} came back with {payloads.Length} groups, {step.Bundles[bundle]} were asked for.");
        }

        await services.Payloads.PutAsync(payloads).ConfigureAwait(false);
        var first = step.FirstGroup(bundle);
        return [.. payloads.Select((payload, i) => new StoredGroup(new GroupId(step.Step, first + i), step.Samples[first + i], payload.Digest, payload.Packed.LongLength, policy, table, Versions(payload)))];
    }

    // What is journaled is what is stored: the versions are read from there.
    private IReadOnlyList<PolicyVersion>? Versions(Payload payload) =>
        Partial ? TokenVersions.Written(BlobContracts.Read<ScoredGroup>(Packed.Unpack(payload.Packed)).Rollout) : null;

    internal void Release(BlobRef result) => services.Blobs.Release(result);

    internal async Task<BlobRef> LoadTableAsync(TableRecord table)
    {
        var bytes = await services.Payloads.ReadAsync(table.Payload, $"the item table of version {table.Version}").ConfigureAwait(false);
        return services.Blobs.Put(bytes);
    }
}
