namespace R2ec.Distributed.Core.Runs;

/// <summary>Which groups a step of an async run trains on, and which are given up. Each is decided once.</summary>
internal static class GroupDecisions
{
    /// <summary>Fixes what the next step trains on. What is too old by then is dropped, never trained.</summary>
    internal static Decision Assemble(RunState state, RunCommands.AssembleStep c, DateTimeOffset now)
    {
        if (c.Step <= state.Step || state.Assembled?.Step == c.Step)
        {
            return RunDecisions.Known;
        }

        if (!state.Orders().OfType<RunOrder.AssembleStep>().Any(order => order.Step == c.Step))
        {
            return RunDecisions.Unexpected(state, c);
        }

        var reason = $"more than {state.Plan!.MaxStaleness} versions older than the policy of step {c.Step}";
        IRunEvent[] dropped = [.. StepChoice.Stale(state, state.Plan).Select(stale => new RunEvents.GroupsDropped(state.Run, stale.Step.Step, stale.Groups, DropRule.Stale, reason, now))];
        var left = dropped.Aggregate(state, (at, fact) => at.Apply(fact));
        return StepChoice.Next(left, left.Plan!) is { } groups
            ? new Decision([.. dropped, new RunEvents.StepAssembled(state.Run, c.Step, groups, now)], RunDecisions.Accepted)
            : new Decision(dropped, RunDecisions.Accepted);
    }

    /// <summary>Goes on without groups at which the workers failed; where a step's worth of them failed and none was trained, the run pauses.</summary>
    internal static Decision Drop(RunState state, RunCommands.DropGroups c, DateTimeOffset now)
    {
        if (state.Plan!.Mode != TrainingMode.Async)
        {
            return RunDecisions.Refused($"Run {state.Run} gives up no group: in {state.Plan.Mode} that would change the weights.");
        }

        var missing = state.Planned.Find(step => step.Step == c.Step) is { } open ? open.Open(c.Groups).Where(open.IsMissing).ToList() : [];
        if (missing.Count == 0)
        {
            return RunDecisions.Known;
        }

        var dropped = new RunEvents.GroupsDropped(state.Run, c.Step, missing, DropRule.Failed, c.Reason, now);
        return state.FailedCount + missing.Count > state.Plan.Batch
            ? new Decision([dropped, new RunEvents.Paused(state.Run, $"{state.FailedCount + missing.Count} groups failed one after the other, the last by: {c.Reason}", now)], RunDecisions.Accepted)
            : new Decision([dropped], RunDecisions.Accepted);
    }

    /// <summary>Why a group was not made as it was planned; null where it was. A chain may go over to a later version of the run where its plan says so.</summary>
    internal static string? Unplanned(RunState state, StepRecord open, StoredGroup group)
    {
        var sample = open.Samples[group.Group.Index];
        if (open.Policy != group.Policy || open.Table != group.Table || sample != group.Sample)
        {
            return $"Group {group.Group} was made by policy {group.Policy.Brief} and table {group.Table.Brief} for sample {group.Sample.Value}; planned are {open.Policy.Brief}, {open.Table.Brief} and sample {sample.Value}.";
        }

        return group.Versions?.FirstOrDefault(version => !state.Plan!.PartialRollouts || version.Version < open.Version || state.WeightsAt(new RunPosition(RunStage.Reinforcement, version.Version)) != version.Policy) is { } foreign
            ? $"Group {group.Group} was planned on version {open.Version} and has tokens of version {foreign.Version}, {foreign.Policy.Brief}: {(state.Plan!.PartialRollouts ? "no later version of the run" : "recpo.partial_rollouts is false")}."
            : null;
    }

    /// <summary>The end of all groups that are in work.</summary>
    internal static IEnumerable<IRunEvent> DropAll(RunState state, DropRule rule, string reason, DateTimeOffset now) => state.Planned.Select(step =>
        new RunEvents.GroupsDropped(state.Run, step.Step, step.Open(Enumerable.Range(0, step.Samples.Count)), rule, reason, now));
}
