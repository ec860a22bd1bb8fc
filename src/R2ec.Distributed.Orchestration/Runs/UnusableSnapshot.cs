namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>What stands where a snapshot should: an older one is taken, or the journal from its start.</summary>
/// <param name="Reason">Why it is not used.</param>
internal sealed record UnusableSnapshot(string Reason);
