using R2ec.Distributed.Core.Spec.Sections;

namespace R2ec.Distributed.Core.Spec;

/// <summary>An experiment as a researcher writes it: everything that decides a run's bits, and nothing else. Immutable.</summary>
public sealed record ExperimentSpec
{
    /// <summary>The layout of the spec itself.</summary>
    [SpecKey("Version of the spec's layout; this program reads 1.", Min = 1, Max = 1)]
    public int Schema { get; init; } = 1;

    /// <summary>Seed of everything that is drawn in the run.</summary>
    [SpecKey("Seed of every draw of the run: initialisation, order, sampling, dropout, intervals.", Min = 0, Max = 9007199254740991)]
    public long Seed { get; init; } = 1;

    /// <summary>Where tensors live.</summary>
    [SpecKey("Device of the tensors: auto, cpu, cuda or cuda:N; auto is resolved once, when the run starts, by the process that coordinates it: name the device where only other nodes have GPUs.", Choices = "auto|cpu|cuda|cuda:0|cuda:1|cuda:2|cuda:3|cuda:4|cuda:5|cuda:6|cuda:7")]
    public string Device { get; init; } = "auto";

    /// <summary>The interactions.</summary>
    [SpecKey("The interactions that the run learns from.")]
    public DataSpec Data { get; init; } = new();

    /// <summary>How users and items are put into words.</summary>
    [SpecKey("How users and items are put into words.")]
    public PromptSpec Prompts { get; init; } = new();

    /// <summary>The policy.</summary>
    [SpecKey("The policy: a checkpoint, or a small decoder from scratch.")]
    public ModelSpec Model { get; init; } = new();

    /// <summary>What is trained before RL.</summary>
    [SpecKey("Supervised training before RL; steps 0 leaves it out.")]
    public WarmStartSpec WarmStart { get; init; } = new();

    /// <summary>The algorithm.</summary>
    [SpecKey("The RecPO algorithm.")]
    public RecPoSpec Recpo { get; init; } = new();

    /// <summary>What else a chain is worth.</summary>
    [SpecKey("What a chain is worth beside the fused RecPO reward.")]
    public RewardsSpec Rewards { get; init; } = new();

    /// <summary>How chains are sampled.</summary>
    [SpecKey("How reasoning chains are sampled.")]
    public RolloutSpec Rollout { get; init; } = new();

    /// <summary>How a step is computed.</summary>
    [SpecKey("How a training step is cut and computed.")]
    public LearningSpec Learning { get; init; } = new();

    /// <summary>When and on whom the policy is measured.</summary>
    [SpecKey("When and on whom the policy is measured.")]
    public EvaluationSpec Evaluation { get; init; } = new();

    /// <summary>When the learner's state is kept.</summary>
    [SpecKey("When the learner's state is kept.")]
    public CheckpointSpec Checkpoints { get; init; } = new();

    /// <summary>What fixes the bits.</summary>
    [SpecKey("What fixes the bits of the run.")]
    public NumericsSpec Numerics { get; init; } = new();
}
