namespace R2ec.Distributed.Core.Spec.Sections;

/// <summary>When the learner's state is kept. It is always kept after the warm start and after the last step.</summary>
public sealed record CheckpointSpec
{
    /// <summary>Cadence in RL.</summary>
    [SpecKey("RL steps between two checkpoints.", Min = 1, Max = 1000000)]
    public int Every { get; init; } = 25;

    /// <summary>Cadence in the warm start.</summary>
    [SpecKey("Warm-start steps between two checkpoints.", Min = 1, Max = 1000000)]
    public int WarmStartEvery { get; init; } = 100;

    /// <summary>How many are kept.</summary>
    [SpecKey("Newest checkpoints that are kept, beside the best one.", Min = 2, Max = 10000)]
    public int Keep { get; init; } = 3;
}
