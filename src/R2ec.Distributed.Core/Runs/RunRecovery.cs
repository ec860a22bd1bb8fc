namespace R2ec.Distributed.Core.Runs;

/// <summary>How a learner that holds an earlier position gets to the run's: it trains the journaled work again and compares every digest.</summary>
public static class RunRecovery
{
    /// <summary>Checkpoints of the run's past, newest position first.</summary>
    public static IReadOnlyList<CheckpointRecord> Candidates(RunState state) => UpTo(state, 0);

    /// <summary>
    /// Checkpoints that a learner may take the run up from, newest position first. Rollouts may still need versions up to max_staleness before the run's: the
    /// learner begins early enough to publish these again on its way.
    /// </summary>
    public static IReadOnlyList<CheckpointRecord> Serving(RunState state) => UpTo(state, state?.Plan?.MaxStaleness ?? 0);

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

    private static IReadOnlyList<CheckpointRecord> UpTo(RunState state, int before)
    {
        ArgumentNullException.ThrowIfNull(state);
        var latest = state.Position.Stage == RunStage.Reinforcement ? state.Position with { Step = Math.Max(0, state.Step - before) } : state.Position;
        return [.. state.Checkpoints.Where(checkpoint => checkpoint.Position <= latest).OrderByDescending(checkpoint => checkpoint.Position).DistinctBy(checkpoint => checkpoint.Position)];
    }
}
