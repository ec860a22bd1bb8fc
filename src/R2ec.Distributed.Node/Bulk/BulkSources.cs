using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Folders;
using R2ec.Distributed.Orchestration.Weights;

namespace R2ec.Distributed.Node.Bulk;

/// <summary>What a node serves on its bulk channel.</summary>
internal sealed record BulkSources
{
    /// <summary>Blobs in memory.</summary>
    public required ClusterBlobs Blobs { get; init; }

    /// <summary>Packed bytes of a payload by its hash, for blobs that are not in memory; null where it is not known.</summary>
    public Func<Digest, Task<byte[]?>> Payloads { get; init; } = _ => Task.FromResult<byte[]?>(null);

    /// <summary>File of a policy; null where the node has it not.</summary>
    public Func<Digest, string?> Weights { get; init; } = _ => null;

    /// <summary>Folder of a checkpoint by the digest of its manifest; null where the node has it not.</summary>
    public Func<Digest, string?> Checkpoints { get; init; } = _ => null;

    /// <summary>File of a data set or a model checkpoint by the hash of its bytes; null where the node has it not.</summary>
    public Func<Digest, string?> Files { get; init; } = _ => null;

    /// <summary>Whether a named folder stands here.</summary>
    public Func<FolderKind, string, bool> HasFolder { get; init; } = (_, _) => false;

    /// <summary>Manifest of a named folder as JSON; null where none stands here.</summary>
    public Func<FolderKind, string, Task<byte[]?>> Folders { get; init; } = (_, _) => Task.FromResult<byte[]?>(null);

    /// <summary>Who serves what; null on nodes that are no coordinators.</summary>
    public HolderDirectory? Holders { get; init; }
}
