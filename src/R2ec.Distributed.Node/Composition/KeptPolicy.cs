using System.Globalization;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Runs;

namespace R2ec.Distributed.Node.Composition;

/// <summary>A policy version whose tensors a run still keeps.</summary>
/// <param name="Step">RL step after which.</param>
/// <param name="Weights">Its digest, as the journal names it.</param>
/// <param name="File">safetensors with its exported tensors.</param>
internal sealed record KeptPolicy(int Step, Digest Weights, string File)
{
    private const string PolicyFile = "policy.safetensors";

    /// <summary>Finds a version among the published weights and the checkpoints.</summary>
    /// <param name="folder">The run's files.</param>
    /// <param name="state">What its journal says.</param>
    /// <param name="asked">An RL step, best, or null for the last.</param>
    /// <exception cref="InputException">There is no such step, or its weights are not kept.</exception>
    public static KeptPolicy Find(RunFolder folder, RunState state, string? asked)
    {
        var step = asked switch
        {
            null => state.Step,
            "best" => state.Best?.Step ?? throw new InputException($"Run '{folder.Run}' has not been evaluated yet, so no step is the best."),
            _ => int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw new InputException($"--step {asked}: a step is a number from 0, or best."),
        };
        var position = new RunPosition(RunStage.Reinforcement, step);
        var weights = state.WeightsAt(position)
            ?? throw new InputException(state.Version0 is null
                ? $"Run '{folder.Run}' is still in its warm start: there is no policy yet. Go on with it by `./r2ec resume {folder.Run}`."
                : $"Run '{folder.Run}' has trained {state.Step} steps: there is no step {step}.");
        var file = Candidates(folder, state, weights, position).FirstOrDefault(System.IO.File.Exists);
        return file is not null
            ? new KeptPolicy(step, weights, file)
            : throw new InputException($"The weights of step {step} are not kept. Kept are: {Kept(folder, state)}. `./r2ec resume` writes the last ones again; checkpoints.every and checkpoints.keep decide how many stay.");
    }

    private static IEnumerable<string> Candidates(RunFolder folder, RunState state, Digest weights, RunPosition position) =>
        state.Checkpoints.Where(c => c.Position == position).Select(c => Path.Combine(folder.Checkpoints, c.Folder, PolicyFile))
            .Prepend(Path.Combine(folder.Weights, $"{weights}.safetensors"));

    private static string Kept(RunFolder folder, RunState state)
    {
        var steps = Enumerable.Range(0, state.Step + 1).Where(step =>
            state.WeightsAt(new RunPosition(RunStage.Reinforcement, step)) is { } weights && Candidates(folder, state, weights, new RunPosition(RunStage.Reinforcement, step)).Any(System.IO.File.Exists)).ToList();
        return steps.Count > 0 ? string.Join(", ", steps) : "none";
    }
}
