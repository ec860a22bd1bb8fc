using System.Text.Json;
using R2ec.Distributed.Model.Backbones;
using R2ec.Distributed.Model.Checkpoints;
using R2ec.Distributed.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Tests.Backbones;

public sealed class TinyRecPoGoldenTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Item_vectors_in_float64_are_exact(bool merged)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var inputs = JsonDocument.Parse(File.ReadAllBytes(SharedFolder.Golden("recpo", "tiny", "inputs.json")));
        using var golden = SafetensorsFile.Open(SharedFolder.Golden("recpo", "tiny", "expected.safetensors"));
        using var plain = Backbone.Load(SharedFolder.Golden("recpo", "tiny", "model"), ScalarType.Float64, CPU);
        using var adapter = LoraAdapter.Load(SharedFolder.Golden("recpo", "tiny", "adapter"), plain.Config, ScalarType.Float64, CPU);
        using var adapted = plain.SharingBase(adapter);
        using var folded = adapted.Merged();
        var backbone = merged ? folded : adapted;
        var wanted = golden.Read("v0.item_hidden");

        var computed = stack(inputs.RootElement.GetProperty("items").EnumerateArray().Select(item =>
        {
            var ids = item.EnumerateArray().Select(id => id.GetInt64()).ToArray();
            return backbone.Forward(tensor(ids).view(1, -1)).select(1, ids.Length - 1).view(-1);
        }));

        var away = ((computed - wanted).norm() / wanted.norm()).item<double>();
        Assert.InRange(away, 0, 1e-10);
    }
}
