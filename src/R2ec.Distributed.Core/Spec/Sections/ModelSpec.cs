namespace R2ec.Distributed.Core.Spec.Sections;

/// <summary>The policy: a Hugging Face checkpoint, or a small Llama decoder from scratch.</summary>
public sealed record ModelSpec
{
    /// <summary>Checkpoint or scratch.</summary>
    [SpecKey("checkpoint: a Hugging Face folder; scratch: a small Llama decoder drawn from the seed.", Choices = "checkpoint|scratch")]
    public string Source { get; init; } = "checkpoint";

    /// <summary>The checkpoint's folder.</summary>
    [SpecKey("Hugging Face folder (config.json, model.safetensors, tokenizer.json); needed with source: checkpoint.", Example = "models/my-model")]
    public string? Path { get; init; }

    /// <summary>Where the tokenizer comes from.</summary>
    [SpecKey("checkpoint: the folder's tokenizer.json; quickstart: the embedded one; train: a byte-level BPE trained on the data set's own texts.", Choices = "checkpoint|quickstart|train")]
    public string Tokenizer { get; init; } = "checkpoint";

    /// <summary>Size of a trained vocabulary.</summary>
    [SpecKey("Vocabulary of a trained tokenizer, titles not counted.", Min = 260, Max = 100000)]
    public int Vocabulary { get; init; } = 600;

    /// <summary>Whether titles are tokens.</summary>
    [SpecKey("Whether each title seen in training becomes one token of a trained tokenizer.")]
    public bool TitleTokens { get; init; }

    /// <summary>Whether prompts are chats.</summary>
    [SpecKey("checkpoint: prompts are rendered by the checkpoint's chat template; none: prompts are plain text.", Choices = "checkpoint|none")]
    public string ChatTemplate { get; init; } = "checkpoint";

    /// <summary>Hidden size.</summary>
    [SpecKey("Hidden size of a decoder from scratch.", Min = 8, Max = 8192)]
    public int Hidden { get; init; } = 64;

    /// <summary>Blocks.</summary>
    [SpecKey("Blocks of a decoder from scratch.", Min = 1, Max = 128)]
    public int Layers { get; init; } = 2;

    /// <summary>Query heads.</summary>
    [SpecKey("Query heads of a decoder from scratch.", Min = 1, Max = 128)]
    public int Heads { get; init; } = 4;

    /// <summary>Key and value heads.</summary>
    [SpecKey("Key and value heads of a decoder from scratch; divides heads.", Min = 1, Max = 128)]
    public int KvHeads { get; init; } = 2;

    /// <summary>Feed-forward size.</summary>
    [SpecKey("Feed-forward size of a decoder from scratch.", Min = 8, Max = 65536)]
    public int Ffn { get; init; } = 192;

    /// <summary>Low-rank adapters; null trains every parameter.</summary>
    [SpecKey("Low-rank adapters; left out, every parameter is trained.")]
    public LoraSpec? Lora { get; init; }
}
