namespace R2ec.Distributed.Core.Spec.Sections;

/// <summary>What fixes the bits of a run.</summary>
public sealed record NumericsSpec
{
    /// <summary>Compute type.</summary>
    [SpecKey("Type of the forward and backward passes; masters, moments, rewards and losses are float32 or wider in any case.", Choices = "float32|bfloat16")]
    public string Dtype { get; init; } = "float32";

    /// <summary>Intra-op threads.</summary>
    [SpecKey("Intra-op threads of every tensor operation, in every process of the run: part of the bits.", Min = 1, Max = 256)]
    public int Threads { get; init; } = 1;
}
