using R2ec.Distributed.Core;

namespace R2ec.Distributed.Model.Backbones;

/// <summary>The architecture of a decoder of the Llama family, as <c>config.json</c> states it.</summary>
public sealed record BackboneConfig
{
    /// <summary>The families that can be computed.</summary>
    public static IReadOnlyList<string> Families { get; } = ["llama", "qwen2"];

    /// <summary><c>llama</c> or <c>qwen2</c>.</summary>
    public required string ModelType { get; init; }

    /// <summary>Rows of the embedding.</summary>
    public required long VocabularySize { get; init; }

    /// <summary>Width of the hidden state (H).</summary>
    public required long HiddenSize { get; init; }

    /// <summary>Width of the feed-forward part.</summary>
    public required long FeedForwardSize { get; init; }

    /// <summary>Number of blocks.</summary>
    public required int LayerCount { get; init; }

    /// <summary>Query heads; a multiple of <see cref="KeyHeadCount"/>.</summary>
    public required int HeadCount { get; init; }

    /// <summary>Key and value heads: query head h uses head h / (heads / key heads).</summary>
    public required int KeyHeadCount { get; init; }

    /// <summary>Width of one head; even.</summary>
    public required long HeadSize { get; init; }

    /// <summary>Added to the mean of squares in the norms.</summary>
    public required double NormEpsilon { get; init; }

    /// <summary>Base of the rotary frequencies.</summary>
    public required double RopeBase { get; init; }

    /// <summary>Stretching of the rotary frequencies; null: none.</summary>
    public RopeScaling? RopeScaling { get; init; }

    /// <summary>The longest sequence that the model was made for.</summary>
    public required long MaxPositions { get; init; }

    /// <summary>True where the head is the embedding.</summary>
    public required bool TiedHead { get; init; }

    /// <summary>Whether q_proj, k_proj and v_proj have a bias.</summary>
    public bool QueryKeyValueBias { get; init; }

    /// <summary>Whether o_proj has a bias.</summary>
    public bool OutputBias { get; init; }

    /// <summary>Whether the three projections of the feed-forward part have a bias.</summary>
    public bool FeedForwardBias { get; init; }

    /// <summary>The id at which texts end, where the file names one; the first, where it names several.</summary>
    public long? EndOfSequenceId { get; init; }

    /// <summary>The id with which texts begin, where the file names one.</summary>
    public long? BeginningOfSequenceId { get; init; }

    /// <summary>The element type of the stored weights as the file names it, such as <c>bfloat16</c>; null where it doesn't.</summary>
    public string? StoredType { get; init; }

    /// <summary>Reads a <c>config.json</c> in the keys of transformers 4 or 5.</summary>
    /// <exception cref="InputException">The file is missing, torn, of another family, or contradicts itself: the message names the key.</exception>
    public static BackboneConfig Read(string path) => BackboneConfigJson.Read(path);

    /// <summary>The <c>config.json</c> of this architecture, readable by transformers 4 and 5.</summary>
    /// <param name="storedType">Element type of the weights beside it: <c>float32</c>, <c>bfloat16</c>.</param>
    public string ToJson(string storedType) => BackboneConfigJson.Write(this, storedType);

    /// <summary>Every parameter's Hugging Face name and shape, in the order of the forward pass; a tied head is not among them.</summary>
    public IEnumerable<(string Name, long[] Shape)> Parameters()
    {
        yield return (ParameterNames.Embedding, [VocabularySize, HiddenSize]);
        for (var layer = 0; layer < LayerCount; layer++)
        {
            foreach (var part in LayerParameters(layer))
            {
                yield return part;
            }
        }

        yield return (ParameterNames.FinalNorm, [HiddenSize]);
        if (!TiedHead)
        {
            yield return (ParameterNames.Head, [VocabularySize, HiddenSize]);
        }
    }

    /// <summary>Output and input width of a projection, by its short name such as <c>q_proj</c>.</summary>
    public (long Out, long In) ProjectionShape(string projection) => projection switch
    {
        "q_proj" => (HeadCount * HeadSize, HiddenSize),
        "k_proj" or "v_proj" => (KeyHeadCount * HeadSize, HiddenSize),
        "o_proj" => (HiddenSize, HeadCount * HeadSize),
        "gate_proj" or "up_proj" => (FeedForwardSize, HiddenSize),
        "down_proj" => (HiddenSize, FeedForwardSize),
        _ => throw new ArgumentOutOfRangeException(nameof(projection), projection, "There is no such projection."),
    };

    /// <summary>Whether a projection has a bias, by its short name.</summary>
    public bool HasBias(string projection) => projection switch
    {
        "q_proj" or "k_proj" or "v_proj" => QueryKeyValueBias,
        "o_proj" => OutputBias,
        _ => FeedForwardBias,
    };

    private IEnumerable<(string Name, long[] Shape)> LayerParameters(int layer)
    {
        yield return (ParameterNames.InputNorm(layer), [HiddenSize]);
        foreach (var projection in ParameterNames.AttentionProjections.Concat(ParameterNames.FeedForwardProjections))
        {
            if (projection == "gate_proj")
            {
                yield return (ParameterNames.MiddleNorm(layer), [HiddenSize]);
            }

            var (outputs, inputs) = ProjectionShape(projection);
            var module = ParameterNames.Module(layer, projection);
            yield return (module + ".weight", [outputs, inputs]);
            if (HasBias(projection))
            {
                yield return (module + ".bias", [outputs]);
            }
        }
    }
}
