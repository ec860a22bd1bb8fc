using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Core.Runs;

/// <summary>What each command leads to. A report of an earlier epoch, of another version or of what is already known changes nothing.</summary>
internal static class RunDecisions
{
    /// <summary>The metric that picks the best checkpoint and stops a run early.</summary>
    internal const string DecidingMetric = "valid/ndcg@10";

    internal static readonly RunReply Accepted = new RunReply.Accepted();
    internal static readonly Decision Known = new([], new RunReply.Known());

    internal static double Ndcg(IReadOnlyList<Metric> metrics) => metrics.Where(m => m.Name == DecidingMetric).Select(m => m.Value).FirstOrDefault();

    internal static Decision Decide(RunState state, IRunCommand command, DateTimeOffset now) => command switch
    {
        RunCommands.Submit c => Submit(state, c, now),
        RunCommands.Stop => state.Phase is RunPhase.Completed or RunPhase.Stopped ? Known : Fact(new RunEvents.Stopped(state.Run, now)),
        RunCommands.Start c => Start(state, c, now),
        RunCommands.Fail c when state.Phase == RunPhase.Queued => Fact(new RunEvents.Failed(state.Run, c.Reason, now)),
        RunCommands.Resume c => Resume(state, c, now),
        _ when state.Phase != RunPhase.Running => Refused($"Run {state.Run} is {state.Phase}: it takes no {command.GetType().Name}."),
        IRunReport r when r.Epoch != state.Epoch => Refused($"Run {state.Run} is in epoch {state.Epoch}: a report of epoch {r.Epoch} is ignored."),
        RunCommands.ReportBaselines c => state.BaselinesMeasured ? Known : Fact(new RunEvents.BaselinesMeasured(state.Run, c.Baselines, now)),
        RunCommands.ReportWarmStart c => WarmStart(state, c, now),
        RunCommands.ReportReinforcement c => state.Version0 is not null ? Known : Expect(Ordered<RunOrder.BeginReinforcement>(state) is not null, state, c, () => new RunEvents.ReinforcementBegun(state.Run, c.Weights, now)),
        RunCommands.ReportTable c => Table(state, c, now),
        RunCommands.PlanStep c => Plan(state, c, now),
        RunCommands.CompleteGroups c => Groups(state, c, now),
        RunCommands.AssembleStep c => GroupDecisions.Assemble(state, c, now),
        RunCommands.DropGroups c => GroupDecisions.Drop(state, c, now),
        RunCommands.ReportTrained c => Trained(state, c, now),
        RunCommands.ReportCheckpoint c => state.Checkpoints.Any(k => k.Position == c.Position)
            ? Known
            : Expect(c.Position == state.Position, state, c, () => new RunEvents.CheckpointWritten(state.Run, c.Position, c.Manifest, c.Folder, now)),
        RunCommands.ReportEvaluation c => Evaluated(state, c, now),
        RunCommands.Complete c => Expect(Ordered<RunOrder.Complete>(state) is not null, state, c, () => new RunEvents.Completed(state.Run, now)),
        RunCommands.ObserveFault c => Fact(new RunEvents.FaultObserved(state.Run, c.Node, c.Role, c.Evidence, c.LeasesReturned, c.DetectedAfterSeconds, now)),
        RunCommands.Interrupt => Fact(new RunEvents.Interrupted(state.Run, now)),
        RunCommands.Fail c => Fact(new RunEvents.Failed(state.Run, c.Reason, now)),
        RunCommands.Pause c => Fact(new RunEvents.Paused(state.Run, c.Reason, now)),
        _ => throw new InvalidOperationException($"No decision for {command.GetType().Name}."),
    };

    private static Decision Submit(RunState state, RunCommands.Submit c, DateTimeOffset now) => state.Spec.Length == 0
        ? Fact(new RunEvents.Submitted(state.Run, c.Spec, now))
        : state.Spec == c.Spec ? Known : Refused($"There is a run {state.Run} with another spec. Give the new run another name.");

    private static Decision Start(RunState state, RunCommands.Start c, DateTimeOffset now) => state switch
    {
        { Plan: not null } => Overtaken($"Run {state.Run} has begun already. Take it up with 'resume {state.Run}', or give the new run another name."),
        { Phase: not RunPhase.Queued } => Refused($"Run {state.Run} is {state.Phase}: it does not begin."),
        _ => Fact(new RunEvents.Started(state.Run, c.Spec, Digest.Of(System.Text.Encoding.UTF8.GetBytes(c.Spec)), c.Plan, c.Data, c.Tokenizer, c.Numerics, now)),
    };

    private static Decision Resume(RunState state, RunCommands.Resume c, DateTimeOffset now)
    {
        if (state.Plan is null)
        {
            return Refused($"Run {state.Run} has no first event: there is nothing to take up.");
        }

        if (state.Phase is RunPhase.Completed)
        {
            return new Decision([], new RunReply.AlreadyCompleted());
        }

        if (state.Phase is RunPhase.Stopped)
        {
            return Refused($"Run {state.Run} was stopped for good. Begin a new run with its spec under another name.");
        }

        if (c.Known is { } known && known != state.Epoch)
        {
            return Overtaken($"Run {state.Run} was taken up in epoch {state.Epoch}, while it was put together here after epoch {known}.");
        }

        var differences = NumericsDifferences.Between(state.Numerics, c.Numerics);
        var resumed = new RunEvents.Resumed(state.Run, state.Epoch.Next(), c.Numerics, now);
        if (differences.Count == 0)
        {
            return Fact(resumed);
        }

        return c.AcceptOtherNumerics
            ? new Decision([new RunEvents.NumericsAccepted(state.Run, c.Numerics, now), resumed], Accepted)
            : Refused($"Run {state.Run} was made by other numerics: {string.Join("; ", differences)}. Its bits would change from here on. Resume it where they agree, or add --accept-other-numerics.");
    }

    private static Decision WarmStart(RunState state, RunCommands.ReportWarmStart c, DateTimeOffset now) => c.Step <= state.WarmStep
        ? Known
        : Expect(Ordered<RunOrder.TrainWarmStart>(state)?.UntilStep == c.Step, state, c, () => new RunEvents.WarmStartAdvanced(state.Run, c.Step, c.Weights, c.Metrics, now));

    private static Decision Table(RunState state, RunCommands.ReportTable c, DateTimeOffset now) => state.Table?.Version == c.Version
        ? Known
        : Expect(Ordered<RunOrder.EncodeTable>(state) is { } order && order.Version == c.Version && order.Policy == c.Policy, state, c, () => new RunEvents.ItemTableReady(state.Run, c.Version, c.Policy, c.Table, c.Payload, now));

    private static Decision Plan(RunState state, RunCommands.PlanStep c, DateTimeOffset now) => c.Step <= state.PlannedCount
        ? Known
        : Expect(Ordered<RunOrder.PlanStep>(state)?.Step == c.Step && c.Samples.Count == state.Plan!.Batch, state, c, () =>
            new RunEvents.StepPlanned(state.Run, c.Step, c.Samples, Cuts.Bundles(c.Samples.Count, state.Plan!.BundleGroups), Maker(state, c.Step), state.Table!.Table, now));

    private static Digest Maker(RunState state, int step) => state.Plan!.Mode == TrainingMode.Async
        ? state.Weights!.Value
        : state.WeightsAt(new RunPosition(RunStage.Reinforcement, state.Plan.VersionOf(step)))!.Value;

    private static Decision Groups(RunState state, RunCommands.CompleteGroups c, DateTimeOffset now)
    {
        var events = new List<IRunEvent>(c.Groups.Count);
        var taken = new HashSet<GroupId>();
        foreach (var group in c.Groups)
        {
            if (state.Planned.Find(step => step.Step == group.Group.Step) is not { } open || group.Group.Index >= open.Samples.Count || !open.IsMissing(group.Group.Index))
            {
                continue;
            }

            if (GroupDecisions.Unplanned(state, open, group) is { } reason)
            {
                return Refused(reason);
            }

            if (taken.Add(group.Group))
            {
                events.Add(new RunEvents.GroupCompleted(state.Run, group.Group, group.Sample, group.Payload, group.PayloadBytes, group.Policy, group.Table, now, group.Versions?[0].Version, group.Versions?[^1].Version));
            }
        }

        return events.Count == 0 ? Known : new Decision(events, Accepted);
    }

    private static Decision Trained(RunState state, RunCommands.ReportTrained c, DateTimeOffset now)
    {
        if (c.Step <= state.Step)
        {
            return Known;
        }

        if (Ordered<RunOrder.TrainStep>(state)?.Step.Step != c.Step)
        {
            return Unexpected(state, c);
        }

        var trained = new RunEvents.StepTrained(state.Run, c.Step, c.Weights, c.Metrics, now);
        return c.Step < state.Steps
            ? Fact(trained)
            : new Decision([trained, .. GroupDecisions.DropAll(state.Apply(trained), DropRule.Surplus, "the last step is trained", now)], Accepted);
    }

    private static Decision Evaluated(RunState state, RunCommands.ReportEvaluation c, DateTimeOffset now)
    {
        if (state.Evaluations.Any(e => e.Step == c.Step && e.Kind == c.Kind))
        {
            return Known;
        }

        if (Ordered<RunOrder.Evaluate>(state) is not { } order || order.Step != c.Step || order.Kind != c.Kind)
        {
            return Unexpected(state, c);
        }

        var evaluated = new RunEvents.Evaluated(state.Run, c.Step, c.Kind, c.Metrics, c.Ranks, c.Chains, now);
        return EarlyStop.Due(state.Apply(evaluated)) is { } reason
            ? new Decision([evaluated, new RunEvents.PlanShortened(state.Run, c.Step, reason, now), .. GroupDecisions.DropAll(state, DropRule.Shortened, reason, now)], Accepted)
            : Fact(evaluated);
    }

    internal static Decision Unexpected(RunState state, IRunCommand command) =>
        Refused($"Run {state.Run} at {state.Position} waits for {string.Join(" and ", state.Orders().Select(order => order.GetType().Name))}, not for {command.GetType().Name}.");

    private static Decision Overtaken(string reason) => new([], new RunReply.Overtaken(reason));

    internal static Decision Refused(string reason) => new([], new RunReply.Refused(reason));

    // At most one order of a kind is given at a time, but for groups to collect.
    private static T? Ordered<T>(RunState state)
        where T : RunOrder => state.Orders().OfType<T>().FirstOrDefault();

    private static Decision Expect(bool expected, RunState state, IRunCommand command, Func<IRunEvent> fact) => expected ? Fact(fact()) : Unexpected(state, command);

    private static Decision Fact(IRunEvent fact) => new([fact], Accepted);
}
