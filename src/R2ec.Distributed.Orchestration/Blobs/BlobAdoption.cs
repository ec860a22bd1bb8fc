using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Orchestration.Blobs;

/// <summary>Taking over what another holder has: from then on its death loses nothing.</summary>
internal static class BlobAdoption
{
    /// <summary>Whether a blob stands here already.</summary>
    internal static bool IsOwn(this IBlobStore store, BlobRef blob) => blob.Holder.Length == 0 || blob.Holder == store.Self;

    /// <summary>Gets a blob, keeps it here, and releases it where it was.</summary>
    /// <exception cref="BlobLostException">Its holder has it no more.</exception>
    internal static async Task<BlobRef> AdoptAsync(this IBlobStore store, BlobRef blob, CancellationToken stop)
    {
        var own = store.Put(await store.GetAsync(blob, stop).ConfigureAwait(false));
        store.Release(blob);
        return own;
    }
}
