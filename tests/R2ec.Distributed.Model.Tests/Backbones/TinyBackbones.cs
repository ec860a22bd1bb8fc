using R2ec.Distributed.Model.Backbones;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Tests.Backbones;

/// <summary>Small backbones drawn from a fixed sequence, for tests that need no checkpoint.</summary>
internal static class TinyBackbones
{
    public static BackboneConfig Config(string family = "llama", int heads = 4, int keyHeads = 2, bool tied = true) => new()
    {
        ModelType = family, VocabularySize = 53, HiddenSize = 32, FeedForwardSize = 48, LayerCount = 2, HeadCount = heads, KeyHeadCount = keyHeads, HeadSize = 8,
        NormEpsilon = 1e-5, RopeBase = 10_000, MaxPositions = 64, TiedHead = tied, QueryKeyValueBias = family == "qwen2",
    };

    public static Backbone Create(BackboneConfig config, ScalarType dtype = ScalarType.Float32) => BackboneInitializer.Create(config, Normal, dtype, CPU);

    public static LoraAdapter Adapter(BackboneConfig config, LoraOptions options, ScalarType dtype = ScalarType.Float32)
    {
        var adapter = LoraAdapter.Create(config, options, Uniform, dtype, CPU);
        using var guard = no_grad();
        foreach (var (name, module) in adapter.Modules)
        {
            using var scope = NewDisposeScope();
            module.B.copy_(tensor(Normal(name, module.B.numel())).view(module.B.shape).mul(0.1));
        }

        return adapter;
    }

    public static Tensor Ids(long batch, long count, long vocabulary)
    {
        var ids = new long[batch * count];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = (i * 31 + i / 7 + 5) % vocabulary;
        }

        return tensor(ids).view(batch, count);
    }

    /// <summary>Standard normal numbers that follow from the name: a multiplicative generator and Box and Muller's transform.</summary>
    public static float[] Normal(string name, long count)
    {
        var uniform = Uniform(name, count * 2);
        var normal = new float[count];
        for (var i = 0; i < count; i++)
        {
            normal[i] = (float)(Math.Sqrt(-2 * Math.Log(1 - uniform[2 * i])) * Math.Cos(2 * Math.PI * uniform[(2 * i) + 1]));
        }

        return normal;
    }

    public static float[] Uniform(string name, long count)
    {
        var state = name.Aggregate(14_695_981_039_346_656_037UL, (hash, letter) => (hash ^ letter) * 1_099_511_628_211UL) | 1;
        var numbers = new float[count];
        for (var i = 0; i < count; i++)
        {
            state = (state * 6_364_136_223_846_793_005UL) + 1_442_695_040_888_963_407UL;
            numbers[i] = (state >> 40) / 16_777_216f;
        }

        return numbers;
    }
}
