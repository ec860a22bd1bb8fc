using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Orchestration.Blobs;

/// <summary>One blob that its owner has others read: taking a new one, or none, releases it. Not thread-safe.</summary>
/// <param name="blobs">Where it stands.</param>
internal sealed class HeldBlob(IBlobStore blobs)
{
    internal BlobRef? Ref { get; private set; }

    internal void Take(BlobRef? blob)
    {
        if (Ref is { } old)
        {
            blobs.Release(old);
        }

        Ref = blob;
    }
}
