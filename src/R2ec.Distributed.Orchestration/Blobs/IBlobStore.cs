using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Orchestration.Blobs;

/// <summary>
/// Bytes that travel beside the messages. Whoever puts them serves them; whoever gets them checks them against their hash; whoever asked for them
/// releases them. Only this interface knows whether holder and reader share a process.
/// </summary>
public interface IBlobStore
{
    /// <summary>The holder's name in references to blobs that were put here; empty where holder and reader share a process.</summary>
    string Self { get; }

    /// <summary>Keeps bytes until they are released as often as they were put. The array is not copied: nobody changes it any more.</summary>
    BlobRef Put(byte[] bytes);

    /// <summary>The bytes, verified by their hash.</summary>
    /// <exception cref="BlobLostException">No holder has them any more.</exception>
    ValueTask<byte[]> GetAsync(BlobRef blob, CancellationToken stop);

    /// <summary>Says that nobody will ask for them any more.</summary>
    void Release(BlobRef blob);
}
