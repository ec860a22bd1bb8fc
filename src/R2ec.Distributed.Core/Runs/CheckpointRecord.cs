using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Core.Runs;

/// <summary>A checkpoint that the journal names. Only such count.</summary>
/// <param name="Position">How far its policy is trained.</param>
/// <param name="Manifest">SHA-256 of its manifest.json.</param>
/// <param name="Folder">Its folder's name.</param>
public sealed record CheckpointRecord(RunPosition Position, Digest Manifest, string Folder);
