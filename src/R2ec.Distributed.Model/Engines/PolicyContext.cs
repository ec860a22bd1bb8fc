using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Model.Backbones;
using R2ec.Distributed.Model.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Engines;

/// <summary>What every engine of one run needs, resolved once per process: the spec, the data in tokens, the tokenizer, and the frozen base weights.</summary>
public sealed class PolicyContext : IDisposable
{
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
        Marker = new AnswerMarker(tokenizer);
        Device = device(spec.Device);
        DType = spec.Numerics.Dtype == "bfloat16" ? ScalarType.BFloat16 : ScalarType.Float32;
        _config = spec.Model.Source == "checkpoint"
            ? BackboneConfig.FromFolder(spec.Model.Path!)
            : BackboneConfig.Scratch(tokenizer.VocabularySize, spec.Model.Hidden, spec.Model.Layers, spec.Model.Heads, spec.Model.KvHeads, spec.Model.Ffn);
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

    private HashSet<int> EndTokens()
    {
        string[] names = ["<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|end_of_text|>", "</s>"];
        var known = names.Select(Tokenizer.IdOf).Where(id => id is not null).Select(id => id!.Value);
        return [.. known.Concat(_config.EndOfSequenceTokens)];
    }
}
