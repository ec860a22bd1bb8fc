using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Core.Spec.Sections;
using R2ec.Distributed.Model.Backbones;
using R2ec.Distributed.Model.Engines;
using R2ec.Distributed.Model.Tokenization;

namespace R2ec.Distributed.Model.Tests.Engines;

/// <summary>A run's context over the toy world, and a folder of its own.</summary>
internal sealed class Toy : IDisposable
{
    private static readonly Lazy<byte[]> Vocabulary = new(() => BpeTrainer.Train(ToyBook.Words, 290, ["<|end|>", "<|im_end|>"], ToyBook.Titles));

    public Toy(ExperimentSpec spec)
    {
        Folder = Directory.CreateTempSubdirectory("r2ec-toy-").FullName;
        Tokenizer = Tokenizer.FromBytes(Vocabulary.Value);
        Book = new ToyBook(Tokenizer);
        if (spec.Model.Source == "checkpoint")
        {
            spec = spec with { Model = spec.Model with { Path = Base(spec) } };
        }

        Context = new PolicyContext(spec, Book, Tokenizer, Book);
    }

    public string Folder { get; }

    public Tokenizer Tokenizer { get; }

    public ToyBook Book { get; }

    public PolicyContext Context { get; }

    public ExperimentSpec Spec => Context.Spec;

    /// <summary>A small decoder from scratch, trained whole in float32, four prompts of four chains a step.</summary>
    public static ExperimentSpec Small { get; } = new()
    {
        Seed = 11,
        Device = "cpu",
        Model = new ModelSpec { Source = "scratch", Hidden = 32, Layers = 2, Heads = 4, KvHeads = 2, Ffn = 48 },
        Recpo = new RecPoSpec { GroupSize = 4, LearningRate = 1e-3, WarmupSteps = 2 },
        Rollout = new RolloutSpec { MaxNewTokens = 9, Temperature = 1, TopK = 40, TopItems = 5 },
        Learning = new LearningSpec { Shards = 2 },
        WarmStart = new WarmStartSpec { Steps = 6, Batch = 6, LearningRate = 3e-3, WarmupSteps = 2, DirectWeight = 0.5 },
    };

    /// <summary>The same with an adapter over a frozen base.</summary>
    public static ExperimentSpec Adapted { get; } = Small with { Model = Small.Model with { Source = "checkpoint", Lora = new LoraSpec { Rank = 2, Alpha = 4 } } };

    /// <summary>By name, so that a theory's cases can be listed.</summary>
    public static ExperimentSpec Named(string name) => name switch
    {
        "full float32" => Small,
        "lora float32" => Adapted,
        "full bfloat16" => Small with { Numerics = new NumericsSpec { Dtype = "bfloat16" } },
        "lora bfloat16" => Adapted with { Numerics = new NumericsSpec { Dtype = "bfloat16" } },
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such policy"),
    };

    public string Place(string name) => Path.Combine(Folder, name);

    public void Dispose()
    {
        Context.Dispose();
        Tokenizer.Dispose();
        Directory.Delete(Folder, true);
    }

    /// <summary>The frozen base of an adapted policy, drawn like one from scratch.</summary>
    private string Base(ExperimentSpec spec)
    {
        using var scratch = new PolicyContext(spec with { Model = spec.Model with { Source = "scratch", Lora = null }, Numerics = new NumericsSpec() }, Book, Tokenizer, Book);
        using var policy = TrainedPolicy.Initial(scratch);
        policy.Backbone.Save(Place("base"));
        return Place("base");
    }
}
