using System.Text.Json;
using R2ec.Distributed.Model.Backbones;
using R2ec.Distributed.Model.Checkpoints;
using R2ec.Distributed.Model.Optimizers;
using R2ec.Distributed.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Tests.Optimizers;

public sealed class AdamWGoldenTests
{
    public static TheoryData<string> Cases()
    {
        var path = SharedFolder.GoldenPath("models", "optimizer", "golden.json");
        if (!File.Exists(path))
        {
            return ["none"];
        }

        using var facts = JsonDocument.Parse(File.ReadAllBytes(path));
        return [.. facts.RootElement.GetProperty("cases").EnumerateObject().Select(property => property.Name)];
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Parameters_moments_and_norms_follow_the_reference_step_by_step(string name)
    {
        using var facts = JsonDocument.Parse(File.ReadAllBytes(SharedFolder.Golden("models", "optimizer", "golden.json")));
        using var golden = SafetensorsFile.Open(SharedFolder.Golden("models", "optimizer", "golden.safetensors"));
        var settings = facts.RootElement;
        var own = settings.GetProperty("cases").GetProperty(name);
        var betas = settings.GetProperty("betas");
        var count = settings.GetProperty("shapes").GetArrayLength();
        var rounded = name.StartsWith("bf16", StringComparison.Ordinal);
        var (suffix, type) = rounded ? ("_bf16", ScalarType.BFloat16) : (string.Empty, ScalarType.Float32);
        using var scope = NewDisposeScope();
        using var policy = PolicyTensors.Over(Enumerable.Range(0, count).Select(i =>
            ($"p{i:d3}", golden.Read($"start{suffix}.{i}", type))));
        using var optimizer = new AdamW(policy, new AdamWOptions
        {
            Beta1 = betas[0].GetDouble(), Beta2 = betas[1].GetDouble(), Epsilon = settings.GetProperty("eps").GetDouble(),
            WeightDecay = own.GetProperty("weight_decay").GetDouble(),
        });

        for (var step = 0; step < settings.GetProperty("steps").GetInt32(); step++)
        {
            for (var i = 0; i < count; i++)
            {
                policy.Tensors[i].Compute.grad = golden.Read($"grad{suffix}.{step}.{i}", type);
            }

            var norm = optimizer.Step(own.GetProperty("lr_per_step")[step].GetDouble(), settings.GetProperty("max_norm").GetDouble());

            Assert.Equal(own.GetProperty("grad_norm_before_clipping")[step].GetDouble(), norm, 1e-5 * norm);
            AssertState(golden, $"{name}.step{step}", policy, optimizer);
        }
    }

    private static void AssertState(SafetensorsFile golden, string prefix, PolicyTensors policy, AdamW optimizer)
    {
        var state = optimizer.State().ToDictionary();
        for (var i = 0; i < policy.Tensors.Count; i++)
        {
            var tensor = policy.Tensors[i];
            Compare(golden, $"{prefix}.param.{i}", tensor.Compute, 1e-6, 0);
            Compare(golden, $"{prefix}.master.{i}", tensor.Master, 1e-6, 0);
            Compare(golden, $"{prefix}.exp_avg.{i}", state["exp_avg." + tensor.Name], 0, 1e-6);
            Compare(golden, $"{prefix}.exp_avg_sq.{i}", state["exp_avg_sq." + tensor.Name], 0, 1e-6);
        }
    }

    /// <summary>Relative to the tensor's largest entry: a mean of gradients that cancel is small beside the rounding of its summands.</summary>
    private static void Compare(SafetensorsFile golden, string name, Tensor computed, double absolute, double ofLargest)
    {
        if (golden.Entries.ContainsKey(name))
        {
            using var scope = NewDisposeScope();
            var wanted = golden.Read(name, ScalarType.Float64);
            var away = (computed.detach().to(ScalarType.Float64) - wanted).abs().max().item<double>();
            var bound = absolute + (ofLargest * wanted.abs().max().item<double>());
            Assert.True(away <= bound, $"{name} is {away} away, {bound} is allowed");
        }
    }
}
