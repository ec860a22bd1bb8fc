using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Orchestration.Rollouts;

/// <summary>What a worker made, and what it held while it made it.</summary>
/// <param name="Policy">Digest of the weights; null where none were needed.</param>
/// <param name="Table">Digest of the item table; null where none was needed.</param>
/// <param name="Content">The result.</param>
public sealed record WorkResult(Digest? Policy, Digest? Table, byte[] Content);
