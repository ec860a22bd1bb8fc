namespace R2ec.Distributed.Model.Backbones;

/// <summary>The Hugging Face names of a decoder's parameters.</summary>
public static class ParameterNames
{
    /// <summary>The embedding of token ids.</summary>
    public const string Embedding = "model.embed_tokens.weight";

    /// <summary>The norm behind the last block.</summary>
    public const string FinalNorm = "model.norm.weight";

    /// <summary>The head of an untied model.</summary>
    public const string Head = "lm_head.weight";

    /// <summary>The projections of the attention half, in the order of their use.</summary>
    public static IReadOnlyList<string> AttentionProjections { get; } = ["q_proj", "k_proj", "v_proj", "o_proj"];

    /// <summary>The projections of the feed-forward half, in the order of their use.</summary>
    public static IReadOnlyList<string> FeedForwardProjections { get; } = ["gate_proj", "up_proj", "down_proj"];

    /// <summary>The norm before the attention half.</summary>
    public static string InputNorm(int layer) => $"model.layers.{layer}.input_layernorm.weight";

    /// <summary>The norm before the feed-forward half.</summary>
    public static string MiddleNorm(int layer) => $"model.layers.{layer}.post_attention_layernorm.weight";

    /// <summary>The module of a projection, such as <c>model.layers.0.self_attn.q_proj</c>.</summary>
    public static string Module(int layer, string projection) =>
        $"model.layers.{layer}.{(AttentionProjections.Contains(projection) ? "self_attn" : "mlp")}.{projection}";
}
