namespace R2ec.Distributed.Core.Runs;

/// <summary>
/// The order of a run's work: baselines, warm start, version 0, then per step: table, plan, groups, training, checkpoint, evaluation. Nothing but the
/// state decides, so a run that was killed takes up exactly what the undisturbed run would have done next.
/// </summary>
internal static class RunCourse
{
    internal static RunOrder Next(RunState state)
    {
        if (state.Phase != RunPhase.Running || state.Plan is not { } plan)
        {
            return new RunOrder.Nothing();
        }

        if (!state.BaselinesMeasured)
        {
            return new RunOrder.MeasureBaselines();
        }

        if (state.Version0 is null)
        {
            return WarmStart(state, plan);
        }

        return AfterStep(state, plan) ?? NextStep(state, plan);
    }

    private static RunOrder WarmStart(RunState state, RunPlan plan)
    {
        var done = state.WarmStep;
        if (done > 0 && done < plan.WarmStartSteps && done % plan.WarmStartCheckpointEvery == 0 && !Kept(state, state.Position))
        {
            return new RunOrder.WriteCheckpoint(state.Position);
        }

        return done < plan.WarmStartSteps ? new RunOrder.TrainWarmStart(StretchEnd(plan, done)) : new RunOrder.BeginReinforcement();
    }

    private static int StretchEnd(RunPlan plan, int done) => Math.Min(
        plan.WarmStartSteps,
        Math.Min(After(done, RunPlan.StretchSteps), After(done, plan.WarmStartCheckpointEvery)));

    private static int After(int done, int every) => ((done / every) + 1) * every;

    // What is still due at the version reached: a checkpoint, an evaluation, a checkpoint of the best policy, the end.
    private static RunOrder? AfterStep(RunState state, RunPlan plan)
    {
        if (state.Open is not null)
        {
            return null;
        }

        var step = state.Step;
        if ((step % plan.CheckpointEvery == 0 || step == state.Steps) && !Kept(state, state.Position))
        {
            return new RunOrder.WriteCheckpoint(state.Position);
        }

        if (EvaluationDue(state, plan) is { } kind)
        {
            return state.Table?.Version == step
                ? new RunOrder.Evaluate(step, kind, state.Table.Policy, state.Table.Table)
                : new RunOrder.EncodeTable(step, state.Weights!.Value);
        }

        if (state.Best?.Step == step && !Kept(state, state.Position))
        {
            return new RunOrder.WriteCheckpoint(state.Position);
        }

        return step >= state.Steps ? new RunOrder.Complete() : null;
    }

    private static EvaluationKind? EvaluationDue(RunState state, RunPlan plan)
    {
        var step = state.Step;
        if (step == 0)
        {
            return state.Evaluations.IsEmpty ? EvaluationKind.First : null;
        }

        if (step >= state.Steps)
        {
            return state.Evaluations.Any(e => e.Kind == EvaluationKind.Last) ? null : EvaluationKind.Last;
        }

        return step % plan.EvaluateEvery == 0 && state.Evaluations.All(e => e.Step != step) ? EvaluationKind.Interim : null;
    }

    private static RunOrder NextStep(RunState state, RunPlan plan)
    {
        if (state.Open is not { } open)
        {
            var refresh = state.Table is null || (state.Step % plan.RefreshEvery == 0 && state.Table.Version != state.Step);
            return refresh ? new RunOrder.EncodeTable(state.Step, state.Weights!.Value) : new RunOrder.PlanStep(state.Step + 1);
        }

        var missing = open.MissingBundles;
        return missing.Count > 0 ? new RunOrder.CollectGroups(open, missing) : new RunOrder.TrainStep(open);
    }

    private static bool Kept(RunState state, RunPosition position) => state.Checkpoints.Any(checkpoint => checkpoint.Position == position);
}
