namespace R2ec.Distributed.Core.Spec.Sections;

/// <summary>Low-rank adapters in PEFT's terms.</summary>
public sealed record LoraSpec
{
    /// <summary>Rank.</summary>
    [SpecKey("Rank of the adapters.", Min = 1, Max = 512, Source = "released training script")]
    public int Rank { get; init; } = 4;

    /// <summary>Alpha.</summary>
    [SpecKey("Scale of the adapters: alpha / rank, or alpha / sqrt(rank) with rslora.", Min = 0, AboveMin = true, Max = 4096, Source = "released training script")]
    public double Alpha { get; init; } = 128;

    /// <summary>Dropout, recorded only.</summary>
    [SpecKey("Dropout written into the adapter's configuration; never applied, since rollout and learner must compute the same policy.", Min = 0, Max = 0.9)]
    public double Dropout { get; init; } = 0.05;

    /// <summary>Adapted projections.</summary>
    [SpecKey("Projections that get an adapter.", Choices = "q_proj|k_proj|v_proj|o_proj|gate_proj|up_proj|down_proj")]
    public IReadOnlyList<string> TargetModules { get; init; } = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];

    /// <summary>First adapted block.</summary>
    [SpecKey("First block that gets adapters; nothing is kept for the backward pass below it.", Min = 0, Max = 1000)]
    public int FirstLayer { get; init; }

    /// <summary>Rank-stabilised scale.</summary>
    [SpecKey("Whether the scale is alpha / sqrt(rank).")]
    public bool Rslora { get; init; }
}
