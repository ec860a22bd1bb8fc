namespace R2ec.Distributed.Core.Runs;

/// <summary>The faults of a run: nodes that were seen to be lost, and lives of the run that began while an earlier one had not ended.</summary>
public static class RunFaults
{
    /// <summary>One record for each fault, in the journal's order.</summary>
    /// <param name="facts">The whole journal.</param>
    public static IReadOnlyList<RunFault> Of(IReadOnlyList<IRunEvent> facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var later = Later.Of(facts);
        var faults = new List<RunFault>();
        var works = false;
        for (var index = 0; index < facts.Count; index++)
        {
            if (Fault(facts, index, works, later) is { } fault)
            {
                faults.Add(fault);
            }

            works = Works(facts[index], works);
        }

        return faults;
    }

    private static RunFault? Fault(IReadOnlyList<IRunEvent> facts, int index, bool works, Later later) => facts[index] switch
    {
        RunEvents.FaultObserved e => new RunFault(
            e.At, e.Node, e.Role, e.Evidence, e.LeasesReturned, e.DetectedAfterSeconds, e.LeasesReturned > 0 ? later.Group(index) : null, later.Progress(index), later.Trains(index)),
        RunEvents.Resumed e when works => new RunFault(
            e.At, "", "coordinator", $"epoch {e.Epoch.Value} began while epoch {e.Epoch.Value - 1} was running", 0, Seconds(facts[index - 1].At, e.At), null, later.Progress(index), later.Trains(index)),
        _ => null,
    };

    private static bool Works(IRunEvent fact, bool before) => fact switch
    {
        RunEvents.Started or RunEvents.Resumed => true,
        RunEvents.Interrupted or RunEvents.Paused or RunEvents.Failed or RunEvents.Completed or RunEvents.Stopped => false,
        _ => before,
    };

    private static double Seconds(DateTimeOffset from, DateTimeOffset to) => Math.Max(0, (to - from).TotalSeconds);

    /// <summary>For every fact the next completed group, the next progress and whether a step is trained later: found in one pass from the end.</summary>
    private sealed class Later(IReadOnlyList<IRunEvent> facts, int[] groups, int[] progress, int lastTrained)
    {
        public static Later Of(IReadOnlyList<IRunEvent> facts)
        {
            var (groups, progress) = (new int[facts.Count], new int[facts.Count]);
            var (group, step, last) = (-1, -1, -1);
            for (var index = facts.Count - 1; index >= 0; index--)
            {
                (groups[index], progress[index]) = (group, step);
                group = facts[index] is RunEvents.GroupCompleted ? index : group;
                step = facts[index] is RunEvents.StepTrained or RunEvents.WarmStartAdvanced or RunEvents.Evaluated ? index : step;
                last = last < 0 && facts[index] is RunEvents.StepTrained ? index : last;
            }

            return new Later(facts, groups, progress, last);
        }

        public double? Group(int index) => Until(index, groups[index]);

        public double? Progress(int index) => Until(index, progress[index]);

        public bool Trains(int index) => lastTrained > index;

        private double? Until(int index, int next) => next < 0 ? null : Seconds(facts[index].At, facts[next].At);
    }
}
