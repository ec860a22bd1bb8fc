namespace R2ec.Distributed.Core.Spec.Sections;

/// <summary>How reasoning chains are sampled.</summary>
public sealed record RolloutSpec
{
    /// <summary>Longest chain.</summary>
    [SpecKey("Most tokens that a chain may have, the marker not counted where it is appended.", Min = 1, Max = 32768, Source = "released training script")]
    public int MaxNewTokens { get; init; } = 640;

    /// <summary>Temperature.</summary>
    [SpecKey("Sampling temperature.", Min = 0, AboveMin = true, Max = 10, Source = "released training script")]
    public double Temperature { get; init; } = 2;

    /// <summary>Top-k.</summary>
    [SpecKey("Candidates kept by logit, those tied with the last included; 0 keeps all.", Min = 0, Max = 1000000, Source = "released training script")]
    public int TopK { get; init; } = 50;

    /// <summary>Top-p.</summary>
    [SpecKey("Candidates kept by cumulative probability; 1 keeps all.", Min = 0, AboveMin = true, Max = 1)]
    public double TopP { get; init; } = 1;

    /// <summary>Longest prompt.</summary>
    [SpecKey("Most tokens of a prompt; a history is shortened from its oldest end, a description from its last word, until it fits.", Min = 8, Max = 131072)]
    public int MaxPromptTokens { get; init; } = 2048;

    /// <summary>Groups of a bundle.</summary>
    [SpecKey("Groups that are generated in one batch (a bundle); part of the bits.", Min = 1, Max = 4096)]
    public int BundleGroups { get; init; } = 8;

    /// <summary>Item prompts of a bundle.</summary>
    [SpecKey("Item prompts that are encoded in one batch; part of the bits.", Min = 1, Max = 4096)]
    public int BundleItems { get; init; } = 64;

    /// <summary>Marker that is appended.</summary>
    [SpecKey("The marker as it is appended to a chain that never wrote it: <answer>, or with a blank before it where the tokenizer joins blanks to words.", Choices = "<answer>| <answer>")]
    public string AppendedMarker { get; init; } = "<answer>";

    /// <summary>Top list kept.</summary>
    [SpecKey("Best items kept for each chain in a group's payload.", Min = 0, Max = 1000)]
    public int TopItems { get; init; } = 10;
}
