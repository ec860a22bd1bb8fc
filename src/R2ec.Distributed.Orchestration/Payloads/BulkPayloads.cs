using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Orchestration.Blobs;

namespace R2ec.Distributed.Orchestration.Payloads;

/// <summary>Payloads that another node serves on its bulk channel.</summary>
/// <param name="bulk">Client of the bulk channel.</param>
/// <param name="clock">Measures deadlines.</param>
/// <param name="holder">host:port of the node's bulk channel.</param>
public sealed class BulkPayloads(HttpClient bulk, TimeProvider clock, string holder) : IPayloadReader
{
    private readonly BulkReply _replies = new(bulk, clock);

    /// <inheritdoc/>
    /// <exception cref="BlobLostException">The node does not serve it any more, or not whole.</exception>
    public async Task<byte[]> ReadAsync(Digest digest, string place)
    {
        var packed = await _replies.AtMostAsync(BulkAddress.Of(holder, $"blobs/{digest.Hex}"), (int)Packed.LimitBytes, CancellationToken.None).ConfigureAwait(false);
        if (Digest.Of(packed) != digest)
        {
            throw new BlobLostException($"Payload {digest.Brief} of {place} came from {holder} with other bytes.");
        }

        return Packed.Unpack(packed);
    }
}
