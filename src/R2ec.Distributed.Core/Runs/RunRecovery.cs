namespace R2ec.Distributed.Core.Runs;

/// <summary>How a learner that holds an earlier position gets to the run's: it trains the journaled work again and compares every digest.</summary>
public static class RunRecovery
{
    /// <summary>Checkpoints that may serve, newest position first.</summary>
    public static IReadOnlyList<CheckpointRecord> Candidates(RunState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        return [.. state.Checkpoints.Where(checkpoint => checkpoint.Position <= state.Position).OrderByDescending(checkpoint => checkpoint.Position).DistinctBy(checkpoint => checkpoint.Position)];
    }

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
}
