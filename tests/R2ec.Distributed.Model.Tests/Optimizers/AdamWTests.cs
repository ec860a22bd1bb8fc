using R2ec.Distributed.Model.Checkpoints;
using R2ec.Distributed.Model.Optimizers;
using R2ec.Distributed.Model.Tests.Backbones;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Tests.Optimizers;

public sealed class AdamWTests
{
    [Fact]
    public void An_optimizer_that_is_restored_goes_on_with_the_same_bits()
    {
        using var scope = NewDisposeScope();
        var (undisturbed, half, resumed) = (Policy(), Policy(), Policy());
        using var optimizer = new AdamW(undisturbed, new AdamWOptions { WeightDecay = 0.1 });
        using var before = new AdamW(half, new AdamWOptions { WeightDecay = 0.1 });
        using var after = new AdamW(resumed, new AdamWOptions { WeightDecay = 0.1 });
        for (var step = 0; step < 6; step++)
        {
            optimizer.Step(Gradients(undisturbed, step), 1e-2, 1.0);
        }

        for (var step = 0; step < 3; step++)
        {
            before.Step(Gradients(half, step), 1e-2, 1.0);
        }

        var (masters, state) = (half.Masters.ToDictionary(), before.State().ToDictionary());
        resumed.Restore(name => masters[name].clone());
        after.Restore(before.StepCount, name => state[name].clone());
        for (var step = 3; step < 6; step++)
        {
            after.Step(Gradients(resumed, step), 1e-2, 1.0);
        }

        Assert.Equal(PolicyHash.Of(undisturbed), PolicyHash.Of(resumed));
    }

    [Fact]
    public void One_step_is_the_textbooks()
    {
        using var scope = NewDisposeScope();
        using var policy = PolicyTensors.Over([("m", tensor(new[] { 1.0, -2.0 }).view(1, 2)), ("v", tensor(new[] { 3.0 }))]);
        using var optimizer = new AdamW(policy, new AdamWOptions { WeightDecay = 0.5, DecayOnlyMatrices = true });

        var norm = optimizer.Step([tensor(new[] { 2.0, 0.0 }).view(1, 2), tensor(new[] { 1.5 })], 0.1, 1.0);

        // norm 2.5; the first step moves by the rate times the sign; the matrix decays by 0.1 * 0.5 first, the vector does not.
        Assert.Equal(2.5, norm, 1e-12);
        Assert.Equal(1.0 * 0.95 - 0.1, policy.Tensors[0].Master[0, 0].item<double>(), 1e-6);
        Assert.Equal(-2.0 * 0.95, policy.Tensors[0].Master[0, 1].item<double>(), 1e-12);
        Assert.Equal(3.0 - 0.1, policy.Tensors[1].Master[0].item<double>(), 1e-6);
    }

    [Fact]
    public void Gradients_that_are_taken_are_gone_and_those_that_never_came_are_zero()
    {
        using var scope = NewDisposeScope();
        using var policy = Policy();
        (policy.Tensors[0].Compute * 3).sum().backward();

        var first = policy.TakeGradients();
        var second = policy.TakeGradients();

        Assert.Equal(3f, first[0].max().item<float>());
        Assert.All(first.Skip(1).Concat(second), gradient => Assert.Equal(0f, gradient.abs().max().item<float>()));
        foreach (var gradient in first.Concat(second))
        {
            gradient.Dispose();
        }
    }

    private static PolicyTensors Policy() => PolicyTensors.Over([
        ("a", tensor(TinyBackbones.Normal("a", 37)).DetachFromDisposeScope()), ("b", tensor(TinyBackbones.Normal("b", 20)).view(4, 5).DetachFromDisposeScope())]);

    private static Tensor[] Gradients(PolicyTensors policy, int step) =>
        [.. policy.Tensors.Select(t => tensor(TinyBackbones.Normal($"{t.Name}{step}", t.Master.numel())).view(t.Master.shape))];
}
