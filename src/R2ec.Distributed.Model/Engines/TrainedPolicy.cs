using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Randomness;
using R2ec.Distributed.Core.Spec.Sections;
using R2ec.Distributed.Model.Backbones;
using R2ec.Distributed.Model.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Engines;

/// <summary>
/// A policy with the tensors that are trained: the adapter's, or every parameter. Their exported names, in byte order, are the order of every gradient that
/// leaves a worker. Masters are float32; where the model computes in another type, its own copies follow the masters.
/// </summary>
internal sealed class TrainedPolicy : IDisposable
{
    private readonly bool _shared;

    private TrainedPolicy(Backbone backbone, IReadOnlyDictionary<string, Tensor> leaves, bool shared)
    {
        Backbone = backbone;
        _shared = shared;
        Names = [.. leaves.Keys.Order(StringComparer.Ordinal)];
        Leaves = [.. Names.Select(name => leaves[name])];
        foreach (var leaf in Leaves)
        {
            leaf.requires_grad_(true);
        }

        Masters = [.. Leaves.Select(leaf => leaf.dtype == ScalarType.Float32 ? leaf : leaf.detach().to_type(ScalarType.Float32).DetachFromDisposeScope())];
    }

    /// <summary>What computes.</summary>
    public Backbone Backbone { get; }

    /// <summary>Exported names, in byte order.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The tensors that gradients arrive at, by <see cref="Names"/>.</summary>
    public IReadOnlyList<Tensor> Leaves { get; }

    /// <summary>The float32 tensors of record, by <see cref="Names"/>.</summary>
    public IReadOnlyList<Tensor> Masters { get; }

    /// <summary>Numbers in all trained tensors.</summary>
    public long ParameterCount => Masters.Sum(master => master.NumberOfElements);

    /// <summary>The initial policy of a run.</summary>
    public static TrainedPolicy Initial(PolicyContext context)
    {
        var seed = (ulong)context.Spec.Seed;
        float[] Normals(string name, long count) => Filled(count, into => Chance.Normals(into, seed, ChancePurpose.Initialisation, Chance.Stream(name)));
        float[] Uniforms(string name, long count) => Filled(count, into => Chance.Uniforms(into, seed, ChancePurpose.Initialisation, Chance.Stream(name)));
        if (context.Spec.Model.Lora is { } lora)
        {
            var adapter = LoraAdapter.Create(context.Config, Options(lora, context.Config), Uniforms, ScalarType.Float32, context.Device);
            return new TrainedPolicy(context.SharedBase().SharingBase(adapter), adapter.Tensors().ToDictionary(pair => pair.Name, pair => pair.Tensor), true);
        }

        var backbone = context.Spec.Model.Source == "checkpoint"
            ? Backbone.Load(context.Spec.Model.Path!, context.DType, context.Device)
            : BackboneInitializer.Create(context.Config, Normals, context.DType, context.Device);
        return new TrainedPolicy(backbone, backbone.Weights, false);
    }

    /// <summary>Copies tensors of these exported names into the masters, and brings the compute copies up to them.</summary>
    /// <param name="file">Must hold exactly the trained tensors.</param>
    public void Load(SafetensorsFile file)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        for (var i = 0; i < Names.Count; i++)
        {
            Masters[i].copy_(file.Read(Names[i], ScalarType.Float32));
        }

        Follow();
    }

    /// <summary>Brings the compute copies up to the masters.</summary>
    public void Follow()
    {
        using var quiet = no_grad();
        for (var i = 0; i < Leaves.Count; i++)
        {
            if (!ReferenceEquals(Leaves[i], Masters[i]))
            {
                Leaves[i].copy_(Masters[i]);
            }
        }
    }

    /// <summary>The digest of the masters.</summary>
    public Digest Digest() => new(PolicyHash.Of(Exported()));

    /// <summary>The masters by their exported names.</summary>
    public IReadOnlyDictionary<string, Tensor> Exported() => Names.Select((name, i) => (name, Masters[i])).ToDictionary(pair => pair.name, pair => pair.Item2);

    /// <summary>Takes the gradients of all trained tensors, float32, one behind the other, and forgets them.</summary>
    public byte[] TakeGradients()
    {
        using var quiet = no_grad();
        var bytes = new byte[ParameterCount * sizeof(float)];
        var at = 0;
        foreach (var leaf in Leaves)
        {
            using var scope = NewDisposeScope();
            var count = (int)leaf.NumberOfElements * sizeof(float);
            if (leaf.grad is { } gradient)
            {
                gradient.to_type(ScalarType.Float32).cpu().contiguous().bytes.CopyTo(bytes.AsSpan(at, count));
            }

            at += count;
        }

        ForgetGradients();
        return bytes;
    }

    /// <summary>Forgets all gradients.</summary>
    public void ForgetGradients()
    {
        foreach (var leaf in Leaves)
        {
            leaf.grad?.Dispose();
            leaf.grad = null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var master in Masters.Where((master, i) => !ReferenceEquals(master, Leaves[i])))
        {
            master.Dispose();
        }

        if (_shared)
        {
            Backbone.Adapter?.Dispose();
        }

        Backbone.Dispose();
    }

    /// <summary>The adapter that a spec asks for.</summary>
    public static LoraOptions Options(LoraSpec lora, BackboneConfig config) => new()
    {
        Rank = lora.Rank,
        Alpha = lora.Alpha,
        Dropout = lora.Dropout,
        RankStabilised = lora.Rslora,
        TargetModules = lora.TargetModules,
        Layers = lora.FirstLayer == 0 ? null : [.. Enumerable.Range(lora.FirstLayer, Math.Max(0, config.LayerCount - lora.FirstLayer))],
    };

    private static float[] Filled(long count, Action<Span<float>> fill)
    {
        var values = new float[count];
        fill(values);
        return values;
    }
}
