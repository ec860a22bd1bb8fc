using System.Text.Json;
using R2ec.Distributed.Model.Backbones;
using R2ec.Distributed.Model.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Tests.Backbones;

/// <summary>The right-padded batch of a golden checkpoint with its labels: logits, loss and gradients.</summary>
internal sealed class GoldenBatch : IDisposable
{
    private readonly SafetensorsFile _checkpoint;
    private readonly Tensor _ids;
    private readonly Tensor _keep;

    public GoldenBatch(string checkpointGolden)
    {
        _checkpoint = SafetensorsFile.Open(checkpointGolden);
        _ids = _checkpoint.Read("right.input_ids");
        _keep = _checkpoint.Read("right.attention_mask", ScalarType.Bool);
    }

    public Tensor Hidden(Backbone backbone) => backbone.Forward(_ids, _checkpoint.Read("right.position_ids"), visible: Visibility.Causal(_keep, _ids.size(1)));

    /// <summary>Cross-entropy of the next label, mean over kept labels.</summary>
    public Tensor Loss(Backbone backbone)
    {
        var logits = backbone.Logits(Hidden(backbone));
        var labels = _checkpoint.Read("ce.labels");
        var (length, vocabulary) = (logits.size(1), logits.size(2));
        return nn.functional.cross_entropy(
            logits.narrow(1, 0, length - 1).reshape(-1, vocabulary), labels.narrow(1, 1, length - 1).reshape(-1), ignore_index: -100);
    }

    /// <summary>Largest difference outside padding.</summary>
    public double Deviation(Tensor computed, Tensor wanted)
    {
        var difference = (computed.to(ScalarType.Float64) - wanted.to(ScalarType.Float64)).abs();
        return difference.masked_fill(_keep.logical_not().unsqueeze(-1), 0).max().item<double>();
    }

    public static JsonElement Facts(string folder)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "golden.json")));
        return document.RootElement.Clone();
    }

    /// <summary>The README's rule for full gradients: an absolute bound, or a part of the tensor's largest entry.</summary>
    public static void AssertGradient(Tensor computed, Tensor wanted, string name, double absolute, double ofLargest)
    {
        using var scope = NewDisposeScope();
        var largest = (computed.to(ScalarType.Float64) - wanted.to(ScalarType.Float64)).abs().max().item<double>();
        var bound = Math.Max(absolute, ofLargest * wanted.to(ScalarType.Float64).abs().max().item<double>());
        Assert.True(largest <= bound, $"{name}: the gradient is {largest} away, {bound} is allowed");
    }

    public static void AssertNorm(double computed, double wanted, string name, double relative) =>
        Assert.True(Math.Abs(computed - wanted) <= relative * Math.Abs(wanted), $"{name}: the gradient norm is {computed}, {wanted} is expected");

    public void Dispose()
    {
        _ids.Dispose();
        _keep.Dispose();
        _checkpoint.Dispose();
    }
}
