using Akka.Event;
using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>What people are told of a run: progress for a bar, and lines of the log.</summary>
/// <param name="watch">Told of facts and progress.</param>
/// <param name="log">The run's log.</param>
internal sealed class RunTelling(RunWatch watch, ILoggingAdapter log)
{
    internal void Fact(IRunEvent fact, RunState state)
    {
        watch.Post(fact);
        switch (fact)
        {
            case RunEvents.StepTrained e:
                Progress(state, "train", e.Step, state.Steps, e.Metrics);
                break;
            case RunEvents.Evaluated e:
                Progress(state, "evaluate", e.Step, state.Steps, e.Metrics);
                break;
            case RunEvents.WarmStartAdvanced e:
                Progress(state, "warm_start", e.Step, state.Plan!.WarmStartSteps, e.Metrics);
                break;
            case RunEvents.CheckpointWritten e:
                log.Info("Wrote checkpoint {Folder}", e.Folder);
                break;
            case RunEvents.GroupsDropped e:
                log.Info("Dropped {Count} groups of plan {Step} ({Rule}): {Reason}", e.Groups.Count, e.Step, e.Rule, e.Reason);
                break;
            default:
                break;
        }
    }

    internal void Progress(RunState state, string phase, int done, int total, IReadOnlyList<Metric>? facts = null) =>
        watch.Report(new RunProgress(phase, done, total, state.Step, state.Steps, facts ?? []));
}
