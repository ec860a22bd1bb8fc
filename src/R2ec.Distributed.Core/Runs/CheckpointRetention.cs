using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Core.Runs;

/// <summary>Which checkpoints are kept: the newest ones, the best one, and that of version 0, from which a proof of the whole RL begins.</summary>
public static class CheckpointRetention
{
    /// <summary>
    /// The RL step behind which no group is needed to go on: that of the second-newest checkpoint that is held. 0 where fewer than two are held.
    /// </summary>
    /// <param name="state">The run.</param>
    /// <param name="held">Manifests of checkpoints that verified and are held by enough nodes.</param>
    public static int Line(RunState state, IReadOnlyCollection<Digest> held)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(held);
        return RunRecovery.Candidates(state).Where(checkpoint => checkpoint.Position.Stage == RunStage.Reinforcement && held.Contains(checkpoint.Manifest))
            .Select(checkpoint => checkpoint.Position.Step).Skip(1).FirstOrDefault();
    }

    /// <summary>Payloads of the groups that steps after this one trained, or that are still to be trained.</summary>
    public static IEnumerable<Digest> GroupsAfter(RunState state, int step)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Trained.Where(record => record.Step > step).Append(state.Open).OfType<StepRecord>().SelectMany(record => record.Payloads).OfType<Digest>();
    }

    /// <summary>Folders of the checkpoints that are kept.</summary>
    public static IReadOnlyList<string> Kept(RunState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        var newest = state.Checkpoints.OrderByDescending(checkpoint => checkpoint.Position).Take(state.Plan?.CheckpointKeep ?? int.MaxValue);
        var best = state.Checkpoints.Where(checkpoint => checkpoint.Position == new RunPosition(RunStage.Reinforcement, state.Best?.Step ?? 0));
        var first = state.Checkpoints.Where(checkpoint => checkpoint.Position == new RunPosition(RunStage.Reinforcement, 0));
        return [.. newest.Concat(best).Concat(first).Select(checkpoint => checkpoint.Folder).Distinct()];
    }
}
