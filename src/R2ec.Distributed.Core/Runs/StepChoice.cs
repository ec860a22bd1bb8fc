using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Core.Runs;

/// <summary>
/// Which groups the next step of an async run trains on: those that were completed first, as far as every older group still finds a place in a step
/// before its bound. So no group of a plan that was admitted can become too old, and training waits for the oldest rather than throw them away.
/// </summary>
/// <remarks>
/// A group of version q may be trained by the steps up to q + max_staleness + 1. Steps t … d have room for B · (d − t + 1) groups: while no more
/// than these are due by d, for every d, there is an order in which all are trained in time. Admission and this choice both keep that up.
/// </remarks>
internal static class StepChoice
{
    /// <summary>Groups in work: planned, neither taken by a trained step nor dropped. Those of the step that is being trained count.</summary>
    internal static int InWork(RunState state) => state.Planned.Sum(step => step.OpenCount) + (state.Assembled is null ? 0 : state.Plan!.Batch);

    /// <summary>Whether another plan can be admitted: then even its last group is trained within the bound.</summary>
    internal static bool Admits(RunState state, RunPlan plan) => InWork(state) + plan.Batch <= (plan.MaxStaleness + 1) * plan.Batch;

    /// <summary>Whether the steps that are left need more groups than are in work.</summary>
    internal static bool NeedsMore(RunState state, RunPlan plan) => ((long)state.Step * plan.Batch) + InWork(state) < (long)state.Steps * plan.Batch;

    /// <summary>Groups that are older than the bound.</summary>
    internal static IReadOnlyList<(StepRecord Step, IReadOnlyList<int> Groups)> Stale(RunState state, RunPlan plan) =>
    [
        .. state.Planned.Where(step => state.Step - step.Version > plan.MaxStaleness).Select(step => (step, step.Open(Enumerable.Range(0, step.Samples.Count)))),
    ];

    /// <summary>The groups of the next step, in the order of their plans; null while it has to wait.</summary>
    internal static IReadOnlyList<GroupId>? Next(RunState state, RunPlan plan)
    {
        var rooms = Rooms(state, plan);
        var taken = new int[rooms.Length];
        var versions = state.Planned.ToDictionary(step => step.Step, step => step.Version);
        var chosen = new List<GroupId>(plan.Batch);
        foreach (var group in state.Waiting)
        {
            var age = state.Step - versions[group.Step];
            if (chosen.Count == plan.Batch || age > plan.MaxStaleness || !Fits(rooms, taken, plan.MaxStaleness - age))
            {
                continue;
            }

            chosen.Add(group);
        }

        return chosen.Count == plan.Batch ? [.. chosen.OrderBy(group => group.Step).ThenBy(group => group.Index)] : null;
    }

    // For each place i: of groups that are due later than i steps after the next one, so many may be taken now.
    private static int[] Rooms(RunState state, RunPlan plan)
    {
        var rooms = new int[plan.MaxStaleness + 1];
        for (var later = 0; later < rooms.Length; later++)
        {
            var due = state.Planned.Where(step => step.Version + plan.MaxStaleness - state.Step <= later).Sum(step => step.OpenCount);
            rooms[later] = plan.Batch - Math.Max(0, due - (plan.Batch * later));
        }

        return rooms;
    }

    private static bool Fits(int[] rooms, int[] taken, int due)
    {
        for (var later = 0; later < due; later++)
        {
            if (taken[later] + 1 > rooms[later])
            {
                return false;
            }
        }

        for (var later = 0; later < due; later++)
        {
            taken[later]++;
        }

        return true;
    }
}
