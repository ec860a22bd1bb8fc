using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Randomness;
using R2ec.Distributed.Core.Spec.Sections;
using R2ec.Distributed.Model.Backbones;
using R2ec.Distributed.Model.Checkpoints;
using R2ec.Distributed.Model.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Engines;

/// <summary>A backbone with the tensors that are trained. Their exported names, in byte order, are the order of every gradient that leaves a worker.</summary>
internal sealed class TrainedPolicy : IDisposable
{
    private readonly bool _sharesBase;

    private TrainedPolicy(Backbone backbone, bool sharesBase)
    {
        Backbone = backbone;
        Tensors = PolicyTensors.Of(backbone);
        _sharesBase = sharesBase;
    }

    /// <summary>What computes.</summary>
    public Backbone Backbone { get; }

    /// <summary>What is trained.</summary>
    public PolicyTensors Tensors { get; }

    /// <summary>The initial policy of a run: drawn from its seed, or read from its checkpoint.</summary>
    public static TrainedPolicy Initial(PolicyContext context)
    {
        var seed = (ulong)context.Spec.Seed;
        float[] Normals(string name, long count) => Filled(count, into => Chance.Normals(into, seed, ChancePurpose.Initialisation, Chance.Stream(name)));
        float[] Uniforms(string name, long count) => Filled(count, into => Chance.Uniforms(into, seed, ChancePurpose.Initialisation, Chance.Stream(name)));
        if (context.Spec.Model.Lora is { } lora)
        {
            var adapter = LoraAdapter.Create(context.Config, Options(lora, context.Config), Uniforms, ScalarType.Float32, context.Device);
            return new TrainedPolicy(context.SharedBase().SharingBase(adapter), true);
        }

        var backbone = context.Spec.Model.Source == "checkpoint"
            ? Backbone.Load(context.Spec.Model.Path!, context.DType, context.Device)
            : BackboneInitializer.Create(context.Config, Normals, context.DType, context.Device);
        return new TrainedPolicy(backbone, false);
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

    /// <summary>Takes over the tensors of a policy file.</summary>
    public void Load(SafetensorsFile file) => Tensors.Restore(name => file.Read(name, ScalarType.Float32));

    /// <summary>The digest of the masters.</summary>
    public Digest Digest() => new(PolicyHash.Of(Tensors));

    /// <summary>Takes the gradients of all trained tensors, float32, one behind the other.</summary>
    public byte[] TakeGradients()
    {
        var gradients = Tensors.TakeGradients();
        var bytes = new byte[gradients.Sum(gradient => gradient.numel()) * sizeof(float)];
        var at = 0;
        foreach (var gradient in gradients)
        {
            TensorMemory.Visit(gradient, ScalarType.Float32, part =>
            {
                part.CopyTo(bytes.AsSpan(at));
                at += part.Length;
            });
            gradient.Dispose();
        }

        return bytes;
    }

    /// <summary>Forgets all gradients.</summary>
    public void ForgetGradients()
    {
        foreach (var gradient in Tensors.TakeGradients())
        {
            gradient.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Tensors.Dispose();
        if (_sharesBase)
        {
            Backbone.Adapter?.Dispose();
        }

        Backbone.Dispose();
    }

    private static float[] Filled(long count, Action<Span<float>> fill)
    {
        var values = new float[count];
        fill(values);
        return values;
    }
}
