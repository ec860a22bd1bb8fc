using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Core.Spec.Sections;
using R2ec.Distributed.Model.Backbones;
using R2ec.Distributed.Model.Checkpoints;
using R2ec.Distributed.Model.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Engines;

/// <summary>What every engine of one run needs, resolved once per process: the spec, the data in tokens, the tokenizer, and the frozen base weights.</summary>
public sealed class PolicyContext : IDisposable
{
    /// <summary>Tokens that end a turn or a text in the families that are read here; those that the vocabulary has count.</summary>
    private static readonly string[] EndOfTurnTexts = ["<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|end_of_text|>", "</s>"];

    private readonly Lock _gate = new();
    private readonly BackboneConfig _config;
    private Backbone? _base;

    /// <summary>Takes over a resolved spec.</summary>
    /// <param name="spec">Device and dtype resolved: no "auto".</param>
    /// <param name="book">The data set in tokens.</param>
    /// <param name="tokenizer">The run's tokenizer; borrowed.</param>
    /// <param name="teacher">The warm start's teacher.</param>
    public PolicyContext(ExperimentSpec spec, IPromptBook book, Tokenizer tokenizer, ITeacher teacher)
    {
        Spec = spec;
        Book = book;
        Tokenizer = tokenizer;
        Teacher = teacher;
        Marker = new AnswerMarker(tokenizer, AnswerMarker.Default, spec.Rollout.AppendedMarker);
        Device = device(spec.Device);
        DType = spec.Numerics.Dtype == "bfloat16" ? ScalarType.BFloat16 : ScalarType.Float32;
        _config = spec.Model.Source == "checkpoint"
            ? BackboneConfig.Read(Path.Combine(spec.Model.Path!, CheckpointFolder.ConfigFile))
            : Scratch(spec.Model, tokenizer.VocabularySize);
        EndOfTurn = EndTokens();
    }

    /// <summary>The resolved spec.</summary>
    public ExperimentSpec Spec { get; }

    /// <summary>The data set in tokens.</summary>
    public IPromptBook Book { get; }

    /// <summary>The run's tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>The warm start's teacher.</summary>
    public ITeacher Teacher { get; }

    /// <summary>The answer marker in this tokenizer.</summary>
    public AnswerMarker Marker { get; }

    /// <summary>Where tensors live.</summary>
    public Device Device { get; }

    /// <summary>Compute type.</summary>
    public ScalarType DType { get; }

    /// <summary>Tokens that end a turn: a chain that samples one ends there, without it.</summary>
    public IReadOnlySet<int> EndOfTurn { get; }

    /// <summary>The architecture.</summary>
    public BackboneConfig Config => _config;

    /// <summary>The frozen base of a LoRA run, loaded once per process and shared by its engines. The context owns it.</summary>
    public Backbone SharedBase()
    {
        lock (_gate)
        {
            return _base ??= Backbone.Load(Spec.Model.Path!, DType, Device);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _base?.Dispose();

    private static BackboneConfig Scratch(ModelSpec model, int vocabulary) => new()
    {
        ModelType = "llama",
        VocabularySize = vocabulary,
        HiddenSize = model.Hidden,
        FeedForwardSize = model.Ffn,
        LayerCount = model.Layers,
        HeadCount = model.Heads,
        KeyHeadCount = model.KvHeads,
        HeadSize = model.Hidden / model.Heads,
        NormEpsilon = 1e-5,
        RopeBase = 10_000,
        MaxPositions = 131_072,
        TiedHead = true,
    };

    private HashSet<int> EndTokens()
    {
        var known = EndOfTurnTexts.Select(Tokenizer.IdOf).OfType<int>().ToHashSet();
        if (_config.EndOfSequenceId is { } own)
        {
            known.Add((int)own);
        }

        return known;
    }
}
