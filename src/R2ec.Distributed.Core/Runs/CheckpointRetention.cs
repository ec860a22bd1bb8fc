using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Core.Runs;

/// <summary>
/// Which checkpoints are kept: the newest ones, the best one, that of version 0, from which a proof of the whole RL begins, and the newest that a learner
/// can come back from where rollouts still use earlier versions.
/// </summary>
public static class CheckpointRetention
{
    /// <summary>
    /// The RL step behind which no group is needed to go on: that of the second-newest checkpoint that is held, or an earlier one where rollouts still use earlier
    /// versions or a group that was planned then has not ended. 0 where fewer than two are held.
    /// </summary>
    /// <param name="state">The run.</param>
    /// <param name="held">Manifests of checkpoints that verified and are held by enough nodes.</param>
    public static int Line(RunState state, IReadOnlyCollection<Digest> held)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(held);
        var second = RunRecovery.Candidates(state).Where(checkpoint => checkpoint.Position.Stage == RunStage.Reinforcement && held.Contains(checkpoint.Manifest))
            .Select(checkpoint => checkpoint.Position.Step).Skip(1).FirstOrDefault();
        var serving = RunRecovery.Sure(state) is { Position.Stage: RunStage.Reinforcement } sure ? sure.Position.Step : 0;
        return Math.Min(Math.Min(second, serving), state.Planned.Select(planned => planned.Step - 1).DefaultIfEmpty(int.MaxValue).Min());
    }

    /// <summary>Payloads of the groups that steps after this one trained, or that are still to be trained.</summary>
    public static IEnumerable<Digest> GroupsAfter(RunState state, int step)
    {
        ArgumentNullException.ThrowIfNull(state);
        var trained = state.Trained.Append(state.Assembled).OfType<StepAssembly>().Where(assembly => assembly.Step > step).SelectMany(assembly => assembly.Payloads);
        return trained.Concat(state.Planned.SelectMany(planned => planned.Payloads).OfType<Digest>());
    }

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
