using R2ec.Distributed.Model.Backbones;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Tests.Backbones;

/// <summary>The simplest generation: the likeliest id, with kept keys and values, one row.</summary>
internal static class GreedyIds
{
    public static long[] After(Backbone backbone, long[] prompt, int count)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var kept = new GrowingKeys(backbone.Config, 1, prompt.Length + count, backbone.DType);
        var chosen = new List<long>();
        var fed = prompt;
        for (var position = 0L; chosen.Count < count; position += fed.Length, fed = [chosen[^1]])
        {
            using var step = NewDisposeScope();
            var hidden = backbone.Forward(tensor(fed).view(1, -1), arange(position, position + fed.Length, ScalarType.Int64).view(1, -1), kept);
            chosen.Add(backbone.Logits(hidden.narrow(1, fed.Length - 1, 1)).argmax(-1).item<long>());
        }

        return [.. chosen];
    }
}
