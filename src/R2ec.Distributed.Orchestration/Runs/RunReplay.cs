using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Journal;
using R2ec.Distributed.Orchestration.Learning;
using R2ec.Distributed.Orchestration.Payloads;
using R2ec.Distributed.Orchestration.Threads;
using R2ec.Distributed.Orchestration.Weights;

namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>
/// Proves a run: trains its journaled groups again by the code that trained them, and compares the weights after every stretch and step with what its
/// journal says. Works while a run is live, and without its checkpoints and weights.
/// </summary>
public static class RunReplay
{
    /// <summary>Replays up to the run's position or the first difference.</summary>
    /// <exception cref="InputException">The run has not begun, or a payload is missing or changed: the message names step, group and digest.</exception>
    public static async Task<ReplayReport> RunAsync(ReplayOptions options, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(options);
        await using var reading = new WorkThread("replay");
        var facts = await reading.RunAsync(() => JournalReader.Read(options.Folder)).ConfigureAwait(false);
        var state = facts.Aggregate(new RunState(options.Folder.Run), (at, fact) => at.Apply(fact));
        if (state.Plan is null)
        {
            throw new InputException($"Run {options.Folder.Run} has not begun: there is nothing to prove. 'r2ec resume {options.Folder.Run}' begins it.");
        }

        var weights = Directory.CreateTempSubdirectory("r2ec-replay-");
        try
        {
            return await RunAsync(options, state, new FolderWeightStore(weights.FullName), stop).ConfigureAwait(false);
        }
        finally
        {
            weights.Delete(recursive: true);
        }
    }

    private static async Task<ReplayReport> RunAsync(ReplayOptions options, RunState state, FolderWeightStore weights, CancellationToken stop)
    {
        var notes = new List<string>();
        var from = await BeginAsync(options, state, notes, stop).ConfigureAwait(false);
        var trainer = new StepTrainer(options.Spec, options.Book, options.Learner, new LocalShardRunner(options.Gradients, weights));
        PayloadStore? payloads = null;
        try
        {
            var (at, held) = from;
            while (RunRecovery.Next(state, at) is { } order)
            {
                if (order is RunOrder.TrainStep)
                {
                    payloads ??= await PayloadStore.OpenReadOnlyAsync(options.Folder).ConfigureAwait(false);
                }

                var (next, made) = await DoAsync(order, options, state, trainer, payloads, weights, stop).ConfigureAwait(false);
                if (state.WeightsAt(next) is { } journaled && journaled != made)
                {
                    return new ReplayReport(from.Position, at, held, next, journaled, made, notes);
                }

                (at, held) = (next, made);
                options.Progress?.Report(new RunProgress("replay", at.Step, at.Stage == RunStage.WarmStart ? state.Plan!.WarmStartSteps : state.Step, state.Step, state.Steps, []));
            }

            return new ReplayReport(from.Position, at, held, null, null, null, notes);
        }
        finally
        {
            if (payloads is not null)
            {
                await payloads.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private static async Task<(RunPosition Position, Digest Held)> BeginAsync(ReplayOptions options, RunState state, List<string> notes, CancellationToken stop)
    {
        var candidates = RunRecovery.Candidates(state).Where(checkpoint => checkpoint.Position.Stage == RunStage.Reinforcement);
        var wanted = options.From switch
        {
            null => candidates.OrderBy(checkpoint => checkpoint.Position),
            0 => [],
            var step => candidates.Where(checkpoint => checkpoint.Position.Step <= step),
        };
        if (await new CheckpointFolder(options.Folder.Checkpoints).LoadAsync(options.Learner, [.. wanted], notes.Add, stop).ConfigureAwait(false) is { } loaded)
        {
            return (loaded.Checkpoint.Position, loaded.Weights);
        }

        return (RunPosition.Start, await options.Learner.InitialiseAsync(stop).ConfigureAwait(false));
    }

    private static async Task<(RunPosition Position, Digest Made)> DoAsync(RunOrder order, ReplayOptions options, RunState state, StepTrainer trainer, PayloadStore? payloads, FolderWeightStore weights, CancellationToken stop)
    {
        switch (order)
        {
            case RunOrder.TrainWarmStart o:
                var stretch = await options.Learner.WarmStartAsync(o.UntilStep, stop).ConfigureAwait(false);
                return (new RunPosition(RunStage.WarmStart, stretch.Step), stretch.Weights);
            case RunOrder.BeginReinforcement:
                return (new RunPosition(RunStage.Reinforcement, 0), await options.Learner.BeginReinforcementAsync(stop).ConfigureAwait(false));
            case RunOrder.TrainStep { Step: var step }:
                var groups = await PayloadGroups.ReadAsync(payloads!, step.Step, step.Payloads).ConfigureAwait(false);
                CheckVersions(state, step, groups);
                var policy = await options.Learner.PublishAsync(weights.Folder, stop).ConfigureAwait(false);
                weights.Prune([policy]);
                var trained = await trainer.TrainAsync(step.Step, policy, groups, stop).ConfigureAwait(false);
                return (new RunPosition(RunStage.Reinforcement, step.Step), trained.Weights);
            default:
                throw new InvalidOperationException($"{order.GetType().Name} cannot be replayed.");
        }
    }

    // Chains are taken as they were stored. Which versions say that they wrote them has to be as the journal has it, and within the bound.
    private static void CheckVersions(RunState state, StepAssembly step, IReadOnlyList<ScoredGroup> groups)
    {
        foreach (var (index, group) in groups.Index())
        {
            var strangers = TokenVersions.Written(group.Rollout)?.Where(version => step.Step - 1 - version.Version is var age && (age < 0 || age > state.Plan!.MaxStaleness
                || state.WeightsAt(new RunPosition(RunStage.Reinforcement, version.Version)) != version.Policy));
            if (strangers?.FirstOrDefault() is { } stranger)
            {
                throw new InputException($"Payload {step.Payloads[index].Brief} of step {step.Step}, group {index} names version {stranger.Version}, {stranger.Policy.Brief}, as the writer of tokens: the journal has no such version that may write for this step.");
            }
        }
    }
}
