using System.Globalization;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Node.Api;

/// <summary>A policy version that someone asks for.</summary>
/// <param name="Step">RL step after which.</param>
/// <param name="Weights">Its digest.</param>
internal sealed record AskedStep(int Step, Digest Weights)
{
    /// <summary>The version of a run's step.</summary>
    /// <param name="run">The run.</param>
    /// <param name="asked">An RL step, best, or null for the last.</param>
    /// <exception cref="InputException">There is no such step.</exception>
    public static AskedStep Of(RunSummary run, string? asked)
    {
        var step = asked switch
        {
            null => run.Step,
            "best" => run.State.Best?.Step ?? throw new InputException($"Run '{run.Run}' has not been evaluated yet, so no step is the best."),
            _ => int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new InputException($"step={asked}: a step is a number from 0, or best."),
        };
        return run.State.Version0 is null
            ? throw new InputException($"Run '{run.Run}' has no policy yet: it is {run.Phase} before the end of its warm start.")
            : run.State.WeightsAt(new RunPosition(RunStage.Reinforcement, step)) is { } weights
                ? new AskedStep(step, weights)
                : throw new InputException($"Run '{run.Run}' has trained {run.Step} steps: there is no step {step}.");
    }
}
