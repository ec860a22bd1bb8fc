namespace R2ec.Distributed.Core.Runs;

/// <summary>
/// The order of a run's work: baselines, warm start, version 0, then per step: table, plan, groups, training, checkpoint, evaluation. Nothing but the
/// state decides, so a run that was killed takes up exactly what the undisturbed run would have done next.
/// </summary>
/// <remarks>
/// The policy of record has version v, the number of trained steps. What is due at a version (checkpoint, evaluation, early stop) is done before the next step
/// is trained or planned on it. In sync and one-step-off step s is planned on version max(0, s − 1 − max_staleness) and on the table of that version: what a
/// version owes to its plan, a table and the plan itself, is done before what is due at the next one, also where training came first. Bundles of planned
/// steps are collected beside everything else.
/// </remarks>
internal static class RunCourse
{
    internal static IReadOnlyList<RunOrder> Orders(RunState state)
    {
        if (state.Phase != RunPhase.Running || state.Plan is not { } plan)
        {
            return [new RunOrder.Nothing()];
        }

        if (!state.BaselinesMeasured)
        {
            return [new RunOrder.MeasureBaselines()];
        }

        return state.Version0 is null ? [WarmStart(state, plan)] : Reinforcement(state, plan);
    }

    private static List<RunOrder> Reinforcement(RunState state, RunPlan plan)
    {
        var orders = new List<RunOrder>();
        if ((Passed(state, plan) ? null : AfterStep(state, plan)) is { } due)
        {
            orders.Add(due);
        }
        else
        {
            Add(orders, Train(state, plan));
            Add(orders, Prepare(state, plan));
        }

        foreach (var step in state.Planned)
        {
            if (step.MissingBundles is { Count: > 0 } missing)
            {
                orders.Add(new RunOrder.CollectGroups(step, missing));
            }
        }

        return orders;
    }

    private static void Add(List<RunOrder> orders, RunOrder? order)
    {
        if (order is not null)
        {
            orders.Add(order);
        }
    }

    // The version that the next plan is made on.
    private static int Base(RunState state, RunPlan plan) => plan.Mode == TrainingMode.Async ? state.Step : plan.VersionOf(state.PlannedCount + 1);

    // Whether an earlier version still owes a table or a plan.
    private static bool Behind(RunState state, RunPlan plan) => state.PlannedCount < state.Steps && Base(state, plan) < state.Step;

    // Whether nothing can be due at this version: it is done, or its turn has not come.
    private static bool Passed(RunState state, RunPlan plan) =>
        plan.Mode == TrainingMode.Async ? state.Assembled is not null : Base(state, plan) > state.Step || Behind(state, plan);

    private static RunOrder? Train(RunState state, RunPlan plan)
    {
        if (plan.Mode == TrainingMode.Async)
        {
            return state.Assembled is { } assembled ? new RunOrder.TrainStep(assembled)
                : StepChoice.Stale(state, plan).Count > 0 || StepChoice.Next(state, plan) is not null ? new RunOrder.AssembleStep(state.Step + 1)
                : null;
        }

        return state.Open is { } open && open.Step == state.Step + 1 && open.MissingCount == 0 && !Behind(state, plan)
            ? new RunOrder.TrainStep(StepAssembly.Whole(open, state.Weights!.Value))
            : null;
    }

    /// <summary>The earliest version that rollouts, a table or a plan still need.</summary>
    internal static int Oldest(RunState state)
    {
        var oldest = state.Planned.Where(step => step.MissingCount > 0).Select(step => step.Version).Append(state.Step).Min();
        return state.Plan is { } plan && PlansMore(state, plan) ? Math.Min(oldest, Math.Min(Base(state, plan), DueTable(state, plan))) : oldest;
    }

    private static bool PlansMore(RunState state, RunPlan plan) =>
        plan.Mode == TrainingMode.Async ? StepChoice.NeedsMore(state, plan) : state.PlannedCount < state.Steps;

    // The version that encodes the next table.
    private static int DueTable(RunState state, RunPlan plan) => state.Table is { } table ? After(table.Version, plan.RefreshEvery) : Base(state, plan);

    // The table that is due for the plans to come, and the next plan.
    private static RunOrder? Prepare(RunState state, RunPlan plan)
    {
        var version = Base(state, plan);
        if (version > state.Step || !PlansMore(state, plan))
        {
            return null;
        }

        if (DueTable(state, plan) is var due && due <= version)
        {
            return new RunOrder.EncodeTable(due, state.WeightsAt(new RunPosition(RunStage.Reinforcement, due))!.Value);
        }

        return plan.Mode != TrainingMode.Async || StepChoice.Admits(state, plan) ? new RunOrder.PlanStep(state.PlannedCount + 1) : null;
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

    private static bool Kept(RunState state, RunPosition position) => state.Checkpoints.Any(checkpoint => checkpoint.Position == position);
}
