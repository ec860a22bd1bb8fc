namespace R2ec.Distributed.Core.Ports;

/// <summary>A stretch of a chain that one version of the policy wrote; it ends where the next one begins, the last one with the chain.</summary>
/// <param name="First">Place of its first token, from 0.</param>
/// <param name="Version">The version.</param>
public sealed record VersionSpan(int First, int Version);
