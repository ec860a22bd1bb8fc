using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Core.Runs;

/// <summary>The item table in use.</summary>
/// <param name="Version">Policy version of all its rows.</param>
/// <param name="Policy">Digest of that version.</param>
/// <param name="Table">Digest of its bytes.</param>
/// <param name="Payload">Where it is kept.</param>
public sealed record TableRecord(int Version, Digest Policy, Digest Table, Digest Payload);
