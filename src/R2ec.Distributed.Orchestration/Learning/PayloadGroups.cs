using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Payloads;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Learning;

/// <summary>Reads scored groups from the payload store, each verified by its hash.</summary>
public static class PayloadGroups
{
    /// <summary>A step's groups in the order of its plan.</summary>
    /// <exception cref="InputException">A payload is missing or changed; the message names step, group and digest.</exception>
    public static async Task<IReadOnlyList<ScoredGroup>> ReadAsync(IPayloadReader payloads, int step, IReadOnlyList<Digest> digests)
    {
        ArgumentNullException.ThrowIfNull(payloads);
        ArgumentNullException.ThrowIfNull(digests);
        var groups = new List<ScoredGroup>(digests.Count);
        foreach (var (index, digest) in digests.Index())
        {
            var content = await payloads.ReadAsync(digest, $"step {step}, group {index}").ConfigureAwait(false);
            try
            {
                groups.Add(BlobContracts.Read<ScoredGroup>(content));
            }
            catch (MessagePack.MessagePackSerializationException fault)
            {
                throw new InputException($"Payload {digest.Brief} of step {step}, group {index} is not of this version's form: {fault.Message}", fault);
            }
        }

        return groups;
    }
}
