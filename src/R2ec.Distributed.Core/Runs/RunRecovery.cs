namespace R2ec.Distributed.Core.Runs;

/// <summary>How a learner that holds an earlier position gets to the run's: it trains the journaled work again and compares every digest.</summary>
public static class RunRecovery
{
    /// <summary>Checkpoints of the run's past, newest position first.</summary>
    public static IReadOnlyList<CheckpointRecord> Candidates(RunState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return UpTo(state, state.Step);
    }

    /// <summary>
    /// Checkpoints that a learner may take the run up from, newest position first. Where rollouts, a table or a plan still need a version before the run's, the
    /// learner begins early enough to publish it again on its way.
    /// </summary>
    public static IReadOnlyList<CheckpointRecord> Serving(RunState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return UpTo(state, RunCourse.Oldest(state));
    }

    /// <summary>
    /// Where the run is, for a learner that outlived its coordinator: one that stands there need not train anything again. Null where nothing is trained yet, and in
    /// modes whose plans need versions before it, which only a learner on its way publishes.
    /// </summary>
    public static LearnerStand? Journaled(RunState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return state.Plan is { Mode: TrainingMode.Sync } && state.WeightsAt(state.Position) is { } weights ? new LearnerStand(state.Position, weights) : null;
    }

    /// <summary>The newest checkpoint that serves whatever the run will need before its next one; null where there is none.</summary>
    internal static CheckpointRecord? Sure(RunState state) =>
        UpTo(state, state.Step - (state.Plan is { Mode: not TrainingMode.Sync } plan ? plan.MaxStaleness + 1 : 0)).Take(1).FirstOrDefault();

    /// <summary>What has to be trained again next; null where the learner has arrived.</summary>
    /// <param name="state">The run.</param>
    /// <param name="held">What the learner holds.</param>
    public static RunOrder? Next(RunState state, RunPosition held)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (held >= state.Position)
        {
            return null;
        }

        if (held.Stage == RunStage.Reinforcement)
        {
            return new RunOrder.TrainStep(state.Trained[held.Step]);
        }

        foreach (var stretch in state.WarmStart)
        {
            if (stretch.Step > held.Step)
            {
                return new RunOrder.TrainWarmStart(stretch.Step);
            }
        }

        return new RunOrder.BeginReinforcement();
    }

    private static IReadOnlyList<CheckpointRecord> UpTo(RunState state, int step)
    {
        var latest = state.Position.Stage == RunStage.Reinforcement ? state.Position with { Step = Math.Max(0, step) } : state.Position;
        return [.. state.Checkpoints.Where(checkpoint => checkpoint.Position <= latest).OrderByDescending(checkpoint => checkpoint.Position).DistinctBy(checkpoint => checkpoint.Position)];
    }
}
