using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Spec;

namespace R2ec.Distributed.Core.Runs;

/// <summary>The numbers that a run's course follows from: taken from the spec and the data set once, when the run starts, and kept in its first event.</summary>
public sealed record RunPlan
{
    /// <summary>Most prompts of a step: a plan is one event, and an event has at most 64 KB.</summary>
    public const int MostPrompts = 8192;

    /// <summary>Most prompts of a step in async mode: what a step trains on is one event as well, and names each group.</summary>
    public const int MostAssembled = 4096;

    /// <summary>Steps of a warm-start stretch, the unit in which it is journaled.</summary>
    public const int StretchSteps = 25;

    /// <summary>The run's seed.</summary>
    public required long Seed { get; init; }

    /// <summary>Steps before RL, pretraining included.</summary>
    public required int WarmStartSteps { get; init; }

    /// <summary>Warm-start steps between two checkpoints.</summary>
    public required int WarmStartCheckpointEvery { get; init; }

    /// <summary>RL steps (S).</summary>
    public required int Steps { get; init; }

    /// <summary>Prompts of a step (B).</summary>
    public required int Batch { get; init; }

    /// <summary>Chains of a prompt (G).</summary>
    public required int GroupSize { get; init; }

    /// <summary>Groups of a rollout bundle.</summary>
    public required int BundleGroups { get; init; }

    /// <summary>Item prompts of an encoding bundle.</summary>
    public required int BundleItems { get; init; }

    /// <summary>Users of an evaluation bundle.</summary>
    public required int BundleUsers { get; init; }

    /// <summary>Steps between two encodings of the item table.</summary>
    public required int RefreshEvery { get; init; }

    /// <summary>Logical shards of a step.</summary>
    public required int Shards { get; init; }

    /// <summary>RL steps between two evaluations.</summary>
    public required int EvaluateEvery { get; init; }

    /// <summary>Samples of a split at the first and the last evaluation; 0 takes all.</summary>
    public required int EvaluationSamples { get; init; }

    /// <summary>Samples of the evaluations in between; 0 takes as many as there.</summary>
    public required int InterimSamples { get; init; }

    /// <summary>Draws of a bootstrap interval.</summary>
    public required int BootstrapDraws { get; init; }

    /// <summary>Evaluations without a better one after which the run stops; 0 never.</summary>
    public required int Patience { get; init; }

    /// <summary>RL steps between two checkpoints.</summary>
    public required int CheckpointEvery { get; init; }

    /// <summary>Newest checkpoints that are kept.</summary>
    public required int CheckpointKeep { get; init; }

    /// <summary>Items of the catalogue (N).</summary>
    public required int ItemCount { get; init; }

    /// <summary>Training samples.</summary>
    public required int TrainCount { get; init; }

    /// <summary>Validation samples.</summary>
    public required int ValidCount { get; init; }

    /// <summary>Test samples.</summary>
    public required int TestCount { get; init; }

    /// <summary>How rollouts and training overlap.</summary>
    public TrainingMode Mode { get; init; }

    /// <summary>Versions that a group may be older than the policy that it trains: 0 in sync, 1 in one-step-off.</summary>
    public int MaxStaleness { get; init; }

    /// <summary>Whether chains go over to later versions while they are written; in async alone.</summary>
    public bool PartialRollouts { get; init; }

    /// <summary>The version that makes a step's rollouts where the plan decides it, in sync and one-step-off.</summary>
    /// <param name="step">RL step, from 1.</param>
    public int VersionOf(int step) => Math.Max(0, step - 1 - MaxStaleness);

    /// <summary>The plan of a checked spec on a data set.</summary>
    /// <exception cref="InputException">The data set has no sample of a split, or a step has more prompts than a plan can name.</exception>
    public static RunPlan From(ExperimentSpec spec, IPromptBook book)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(book);
        if (spec.Recpo.Batch > MostPrompts)
        {
            throw new InputException($"recpo.batch_size is {spec.Recpo.Batch}: a step plans at most {MostPrompts} prompts. Take fewer prompts and more steps.");
        }

        if (spec.Recpo.Mode == TrainingModes.Async && spec.Recpo.Batch > MostAssembled)
        {
            throw new InputException($"recpo.batch_size is {spec.Recpo.Batch}: in async mode a step names at most {MostAssembled} groups. Take fewer prompts and more steps.");
        }

        foreach (var split in Enum.GetValues<Split>())
        {
            if (book.SampleCount(split) == 0)
            {
                throw new InputException($"The data set has no {split.ToString().ToLowerInvariant()} sample: an 8 : 1 : 1 split by time needs at least ten samples. Take more interactions.");
            }
        }

        return new RunPlan
        {
            Seed = spec.Seed,
            WarmStartSteps = spec.WarmStart.Steps + (spec.WarmStart.Pretrain?.Steps ?? 0),
            WarmStartCheckpointEvery = spec.Checkpoints.WarmStartEvery,
            Steps = spec.Recpo.Steps,
            Batch = spec.Recpo.Batch,
            GroupSize = spec.Recpo.GroupSize,
            BundleGroups = spec.Rollout.BundleGroups,
            BundleItems = spec.Rollout.BundleItems,
            BundleUsers = spec.Evaluation.BundleUsers,
            RefreshEvery = spec.Recpo.RefreshEvery,
            Shards = spec.Learning.Shards,
            EvaluateEvery = spec.Evaluation.Every,
            EvaluationSamples = spec.Evaluation.Samples,
            InterimSamples = spec.Evaluation.InterimSamples,
            BootstrapDraws = spec.Evaluation.BootstrapDraws,
            Patience = spec.Evaluation.Patience,
            CheckpointEvery = spec.Checkpoints.Every,
            CheckpointKeep = spec.Checkpoints.Keep,
            ItemCount = book.ItemCount,
            TrainCount = book.SampleCount(Split.Train),
            ValidCount = book.SampleCount(Split.Valid),
            TestCount = book.SampleCount(Split.Test),
            Mode = TrainingModes.Of(spec.Recpo),
            MaxStaleness = TrainingModes.MaxStaleness(spec.Recpo),
            PartialRollouts = spec.Recpo.PartialRollouts,
        };
    }
}
