using R2ec.Distributed.Model.Backbones;
using R2ec.Distributed.Model.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Tests.Backbones;

/// <summary>Loss, gradients and greedy ids of the golden checkpoints; tolerances are those of the golden folder's README.</summary>
public sealed class BackboneGoldenTests
{
    /// <summary>2e-6 for the storage of the reference, 5e-6 for one ulp in the float32 power of a rotary frequency.</summary>
    private const double Float64Tolerance = 2e-6 + 5e-6;

    public static TheoryData<string> Checkpoints => GoldenFolders.Checkpoints();

    [Theory]
    [MemberData(nameof(Checkpoints))]
    public void In_float64_only_the_storage_of_the_reference_is_left_as_a_difference(string name)
    {
        var folder = GoldenFolders.NeedFamily(name);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var checkpoint = CheckpointFolder.Open(Path.Combine(folder, "checkpoint"));
        using var backbone = Backbone.Load(checkpoint, ScalarType.Float64, CPU, exactFrequencies: false);
        using var golden = SafetensorsFile.Open(Path.Combine(folder, "golden.safetensors"));
        using var batch = new GoldenBatch(golden.Path);

        var hidden = batch.Hidden(backbone);

        Assert.InRange(batch.Deviation(backbone.Logits(hidden), golden.Read("right.logits")), 0, Float64Tolerance);
        Assert.InRange(batch.Deviation(hidden, golden.Read("right.hidden")), 0, Float64Tolerance);
    }

    [Theory]
    [MemberData(nameof(Checkpoints))]
    public void Loss_and_every_gradient_are_those_of_the_reference(string name)
    {
        var folder = GoldenFolders.NeedFamily(name);
        var facts = GoldenBatch.Facts(folder);
        using var scope = NewDisposeScope();
        using var backbone = Backbone.Load(Path.Combine(folder, "checkpoint"), ScalarType.Float32, CPU);
        using var golden = SafetensorsFile.Open(Path.Combine(folder, "golden.safetensors"));
        using var batch = new GoldenBatch(golden.Path);
        using var policy = PolicyTensors.Of(backbone);

        var loss = batch.Loss(backbone);
        loss.backward();

        Assert.Equal(facts.GetProperty("cross_entropy").GetProperty("float64").GetDouble(), loss.item<float>(), 1e-5);
        foreach (var norm in facts.GetProperty("gradient_l2_norm").EnumerateObject())
        {
            GoldenBatch.AssertNorm(backbone.Weights[norm.Name].grad!.norm().item<float>(), norm.Value.GetDouble(), norm.Name, 1e-4);
        }

        foreach (var entry in golden.Entries.Keys.Where(key => key.StartsWith("ce.grad.", StringComparison.Ordinal)))
        {
            GoldenBatch.AssertGradient(backbone.Weights[entry["ce.grad.".Length..]].grad!, golden.Read(entry), entry, 5e-4, 1e-4);
        }
    }

    [Theory]
    [MemberData(nameof(Checkpoints))]
    public void Greedy_ids_with_kept_keys_are_those_of_the_reference(string name)
    {
        var folder = GoldenFolders.NeedFamily(name);
        using var backbone = Backbone.Load(Path.Combine(folder, "checkpoint"), ScalarType.Float32, CPU);
        using var golden = SafetensorsFile.Open(Path.Combine(folder, "golden.safetensors"));

        foreach (var prompt in golden.Entries.Keys.Where(key => key.StartsWith("greedy.", StringComparison.Ordinal) && key.EndsWith(".prompt", StringComparison.Ordinal)))
        {
            using var scope = NewDisposeScope();
            var wanted = golden.Read(prompt.Replace(".prompt", ".new_ids", StringComparison.Ordinal)).data<long>().ToArray();

            var ids = GreedyIds.After(backbone, golden.Read(prompt).data<long>().ToArray(), wanted.Length);

            Assert.Equal(wanted, ids);
        }
    }
}
