using R2ec.Distributed.Model.Backbones;
using R2ec.Distributed.Model.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Tests.Backbones;

public sealed class LoraGoldenTests
{
    public static TheoryData<string, string> Adapters => GoldenFolders.Adapters();

    [Theory]
    [MemberData(nameof(Adapters))]
    public void An_adapter_of_PEFT_gives_the_reference_beside_the_weights_and_merged_into_them(string name, string kind)
    {
        var (folder, place) = Need(name, kind);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var plain = Backbone.Load(Path.Combine(folder, "checkpoint"), ScalarType.Float32, CPU);
        using var adapter = LoraAdapter.Load(place, plain.Config, ScalarType.Float32, CPU);
        using var adapted = plain.SharingBase(adapter);
        using var merged = adapted.Merged();
        using var golden = SafetensorsFile.Open(Path.Combine(place, "golden.safetensors"));
        using var batch = new GoldenBatch(Path.Combine(folder, "golden.safetensors"));

        Assert.Equal(GoldenBatch.Facts(place).GetProperty("scale").GetDouble(), adapter.Scale, 1e-12);
        foreach (var backbone in new[] { adapted, merged })
        {
            var hidden = batch.Hidden(backbone);
            Assert.InRange(batch.Deviation(hidden, golden.Read("right.hidden")), 0, 2e-4);
            Assert.InRange(batch.Deviation(backbone.Logits(hidden), golden.Read("right.logits")), 0, 1e-4);
        }

        foreach (var entry in golden.Entries.Keys.Where(key => key.StartsWith("merged.", StringComparison.Ordinal)))
        {
            GoldenBatch.AssertGradient(merged.Weights[entry["merged.".Length..]], golden.Read(entry), entry, 1e-5, 1e-6);
        }
    }

    [Theory]
    [MemberData(nameof(Adapters))]
    public void An_adapters_loss_and_gradients_are_those_of_the_reference(string name, string kind)
    {
        var (folder, place) = Need(name, kind);
        var facts = GoldenBatch.Facts(place);
        using var scope = NewDisposeScope();
        using var plain = Backbone.Load(Path.Combine(folder, "checkpoint"), ScalarType.Float32, CPU);
        using var adapter = LoraAdapter.Load(place, plain.Config, ScalarType.Float32, CPU);
        using var adapted = plain.SharingBase(adapter);
        using var golden = SafetensorsFile.Open(Path.Combine(place, "golden.safetensors"));
        using var batch = new GoldenBatch(Path.Combine(folder, "golden.safetensors"));
        using var policy = PolicyTensors.Of(adapted);

        var loss = batch.Loss(adapted);
        loss.backward();

        Assert.Equal(facts.GetProperty("cross_entropy").GetProperty("float64").GetDouble(), loss.item<float>(), 1e-5);
        foreach (var norm in facts.GetProperty("gradient_l2_norm").EnumerateObject())
        {
            GoldenBatch.AssertNorm(Gradient(adapter, norm.Name).norm().item<float>(), norm.Value.GetDouble(), norm.Name, 1e-4);
        }

        foreach (var entry in golden.Entries.Keys.Where(key => key.StartsWith("ce.grad.", StringComparison.Ordinal)))
        {
            GoldenBatch.AssertGradient(Gradient(adapter, entry["ce.grad.".Length..]), golden.Read(entry), entry, 5e-4, 1e-4);
        }
    }

    [Theory]
    [MemberData(nameof(Adapters))]
    public void An_adapter_that_is_saved_and_read_again_is_the_same_policy(string name, string kind)
    {
        var (folder, place) = Need(name, kind);
        var copy = Directory.CreateTempSubdirectory("r2ec-lora-").FullName;
        var config = BackboneConfig.Read(Path.Combine(folder, "checkpoint", "config.json"));
        using var adapter = LoraAdapter.Load(place, config, ScalarType.Float32, CPU);

        adapter.Save(copy, "base");
        using var again = LoraAdapter.Load(copy, config, ScalarType.Float32, CPU);

        Assert.Equal(Hash(adapter), Hash(again));
        Assert.Equal(adapter.Scale, again.Scale);
        Assert.Equal(adapter.Options.Projections(), again.Options.Projections());
        Directory.Delete(copy, recursive: true);
    }

    private static string Hash(LoraAdapter adapter) => PolicyHash.Of(adapter.Tensors().Select(pair => KeyValuePair.Create(pair.Name, pair.Tensor)));

    private static Tensor Gradient(LoraAdapter adapter, string name)
    {
        var module = adapter.Modules[name[..name.LastIndexOf('.')]];
        return (name.EndsWith("lora_A", StringComparison.Ordinal) ? module.A : module.B).grad!;
    }

    private static (string Folder, string Place) Need(string name, string kind)
    {
        var folder = GoldenFolders.NeedFamily(name);
        return (folder, Path.Combine(folder, kind));
    }
}
