using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Orchestration.Weights;

namespace R2ec.Distributed.Orchestration.Folders;

/// <summary>A file of a named folder.</summary>
/// <param name="Name">Its name in the folder: a plain one, without any path.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Content">SHA-256 of its bytes.</param>
public sealed record FolderFile(string Name, long Bytes, Digest Content)
{
    /// <summary>Whether a file is this one; reads it whole.</summary>
    internal bool IsAt(string path) => new FileInfo(path) is { Exists: true } file && file.Length == Bytes && CheckpointManifest.IsFile(path, Content);
}
