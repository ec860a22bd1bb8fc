namespace R2ec.Distributed.Core.Runs;

/// <summary>
/// Which checkpoints are kept: the newest ones, the best one, that of version 0, from which a proof of the whole RL begins, and the newest that a learner
/// can come back from where rollouts still use earlier versions.
/// </summary>
public static class CheckpointRetention
{
    /// <summary>Folders of the checkpoints that are kept.</summary>
    public static IReadOnlyList<string> Kept(RunState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var newest = state.Checkpoints.OrderByDescending(checkpoint => checkpoint.Position).Take(state.Plan?.CheckpointKeep ?? int.MaxValue);
        var best = state.Checkpoints.Where(checkpoint => checkpoint.Position == new RunPosition(RunStage.Reinforcement, state.Best?.Step ?? 0));
        var first = state.Checkpoints.Where(checkpoint => checkpoint.Position == new RunPosition(RunStage.Reinforcement, 0));
        var serving = RunRecovery.Sure(state) is { } sure ? [sure] : Array.Empty<CheckpointRecord>();
        return [.. newest.Concat(best).Concat(first).Concat(serving).Select(checkpoint => checkpoint.Folder).Distinct()];
    }
}
