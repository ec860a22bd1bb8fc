using System.Collections.Immutable;
using System.Globalization;
using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Core.Runs;

/// <summary>What the facts of planned steps do to a run's ledger: every planned group ends once, in a trained step or dropped.</summary>
internal static class RunLedger
{
    internal static RunState Apply(RunState state, IRunEvent fact) => fact switch
    {
        RunEvents.ItemTableReady e => Table(state, new TableRecord(e.Version, e.Policy, e.Table, e.Payload)),
        RunEvents.StepPlanned e => Planned(state, e),
        RunEvents.GroupCompleted e => Completed(state, e),
        RunEvents.StepAssembled e => Assembled(state, e),
        RunEvents.GroupsDropped e => Dropped(state, e),
        RunEvents.StepTrained e => Trained(state, e),
        _ => throw new InvalidOperationException($"No rule for the fact {fact.GetType().Name}."),
    };

    private static RunState Table(RunState state, TableRecord table) => state with
    {
        Table = table,
        Tables = [.. state.Tables.Where(old => old.Table != table.Table && state.Planned.Any(step => step.Table == old.Table)), table],
    };

    private static RunState Planned(RunState state, RunEvents.StepPlanned e)
    {
        var version = state.Plan is { Mode: not TrainingMode.Async } plan ? plan.VersionOf(e.Step) : state.Step;
        var step = new StepRecord(e.Step, e.Samples, e.Bundles, e.Policy, version, e.Table, [.. new Digest?[e.Samples.Count]], []);
        return state with { Planned = state.Planned.Add(step), PlannedCount = state.PlannedCount + 1 };
    }

    private static RunState Completed(RunState state, RunEvents.GroupCompleted e)
    {
        var step = Of(state, e.Group.Step);
        return state with
        {
            Planned = state.Planned.Replace(step, step with { Payloads = step.Payloads.SetItem(e.Group.Index, e.Payload) }),
            Waiting = state.Plan?.Mode == TrainingMode.Async ? state.Waiting.Add(e.Group) : state.Waiting,
        };
    }

    private static RunState Assembled(RunState state, RunEvents.StepAssembled e)
    {
        var steps = e.Groups.Select(group => group.Step).Distinct().ToDictionary(number => number, number => Of(state, number));
        var assembly = new StepAssembly(
            e.Step,
            state.Weights!.Value,
            [.. e.Groups.Select(group => steps[group.Step].Payloads[group.Index] ?? throw new InvalidOperationException($"Run {state.Run}: step {e.Step} is to train group {group}, which is not completed."))],
            Staleness.Of([.. e.Groups.Select(group => e.Step - 1 - steps[group.Step].Version)]),
            null);
        return End(state with { Assembled = assembly }, e.Groups);
    }

    private static RunState Dropped(RunState state, RunEvents.GroupsDropped e) =>
        End(state, [.. e.Groups.Select(index => new GroupId(e.Step, index))]) with { FailedCount = state.FailedCount + (e.Rule == DropRule.Failed ? e.Groups.Count : 0) };

    private static RunState Trained(RunState state, RunEvents.StepTrained e)
    {
        if (state.Plan?.Mode == TrainingMode.Async)
        {
            var assembled = state.Assembled?.Step == e.Step ? state.Assembled : throw new InvalidOperationException($"Run {state.Run}: step {e.Step} was trained, but what on is not told.");
            return state with { Trained = state.Trained.Add(assembled with { Weights = e.Weights }), Assembled = null, FailedCount = 0 };
        }

        var step = Of(state, e.Step);
        return state with { Trained = state.Trained.Add(StepAssembly.Whole(step, state.Weights ?? step.Policy) with { Weights = e.Weights }), Planned = state.Planned.Remove(step) };
    }

    // A plan whose groups have all ended is no longer kept.
    private static RunState End(RunState state, IReadOnlyList<GroupId> groups)
    {
        var ended = groups.ToLookup(group => group.Step, group => group.Index);
        var gone = groups.ToHashSet();
        return state with
        {
            Planned = [.. state.Planned.Select(step => ended.Contains(step.Step) ? step with { Ended = step.Ended.Union(ended[step.Step]) } : step).Where(step => step.OpenCount > 0)],
            Waiting = state.Waiting.RemoveAll(gone.Contains),
        };
    }

    private static StepRecord Of(RunState state, int number) => state.Planned.Find(step => step.Step == number)
        ?? throw new InvalidOperationException($"Run {state.Run}: a fact of step {number}, but the open steps are {(state.Planned.IsEmpty ? "none" : string.Join(", ", state.Planned.Select(step => step.Step.ToString(CultureInfo.InvariantCulture))))}.");
}
