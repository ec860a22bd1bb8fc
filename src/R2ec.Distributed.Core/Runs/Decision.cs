namespace R2ec.Distributed.Core.Runs;

/// <summary>What a command leads to: facts to be journaled, and the answer once they are.</summary>
/// <param name="Events">In order; none where nothing changes.</param>
/// <param name="Reply">The answer.</param>
public sealed record Decision(IReadOnlyList<IRunEvent> Events, RunReply Reply);
