namespace R2ec.Distributed.Core.Spec.Sections;

/// <summary>How a training step is cut and computed.</summary>
public sealed record LearningSpec
{
    /// <summary>Logical shards.</summary>
    [SpecKey("Logical shards of a step; part of the bits, whatever number of gradient workers there is.", Min = 1, Max = 1024)]
    public int Shards { get; init; } = 4;

    /// <summary>Groups of one pass.</summary>
    [SpecKey("Groups of one forward and backward pass within a shard; 0 takes the shard at once.", Min = 0, Max = 65536)]
    public int MicroBatch { get; init; }

    /// <summary>Whether forward passes are computed twice.</summary>
    [SpecKey("Whether the second phase computes its forward pass again instead of keeping it: less memory, more time.")]
    public bool Recompute { get; init; }

    /// <summary>Cadence of the separate norms.</summary>
    [SpecKey("Steps between two measurements of the token part's and the item part's gradient norms apart, which take a second backward pass; 0 never.", Min = 0, Max = 1000000)]
    public int NormsEvery { get; init; } = 10;
}
