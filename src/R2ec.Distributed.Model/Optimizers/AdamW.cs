using R2ec.Distributed.Core;
using R2ec.Distributed.Model.Checkpoints;
using R2ec.Distributed.Model.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Optimizers;

/// <summary>
/// AdamW on float32 masters with float32 moments, by libtorch's fused kernel: clip, decay, moments, update; the bias corrections use the number of the step
/// from 1. Owns its moments, borrows the policy.
/// </summary>
public sealed class AdamW : IDisposable
{
    /// <summary>Keeps the clipping factor finite where the norm is 0, as torch.nn.utils.clip_grad_norm_ does.</summary>
    private const double ClipEpsilon = 1e-6;

    private const string AverageName = "exp_avg.";
    private const string SquareName = "exp_avg_sq.";
    private readonly PolicyTensors _policy;
    private readonly AdamWOptions _options;
    private readonly Tensor[] _averages;
    private readonly Tensor[] _squares;
    private readonly Tensor _step;

    /// <summary>Starts with moments of zero.</summary>
    public AdamW(PolicyTensors policy, AdamWOptions options)
    {
        (_policy, _options) = (policy, options);
        using var guard = no_grad();
        _averages = [.. policy.Tensors.Select(tensor => zeros_like(tensor.Master).DetachFromDisposeScope())];
        _squares = [.. policy.Tensors.Select(tensor => zeros_like(tensor.Master).DetachFromDisposeScope())];
        _step = tensor(0f).DetachFromDisposeScope();
    }

    /// <summary>The kernel that does the step: part of a run's numerics.</summary>
    public static string Kernel => Aten.FusedAdamWKernel;

    /// <summary>Steps taken.</summary>
    public long StepCount { get; private set; }

    /// <summary>One step with the gradients that the backward passes left on the policy; they are taken away.</summary>
    /// <inheritdoc cref="Step(IReadOnlyList{Tensor}, double, double)"/>
    public double Step(double learningRate, double clip)
    {
        var gradients = _policy.TakeGradients();
        try
        {
            return Step(gradients, learningRate, clip);
        }
        finally
        {
            foreach (var gradient in gradients)
            {
                gradient.Dispose();
            }
        }
    }

    /// <summary>One step with given gradients.</summary>
    /// <param name="gradients">In the policy's order, in the masters' type; scaled in place where clipped.</param>
    /// <param name="learningRate">At least 0. At 0 the moments move and the weights do not.</param>
    /// <param name="clip">Largest norm that is left as it is; infinity: no clipping.</param>
    /// <returns>The L2 norm over all gradients before clipping, computed in double.</returns>
    public double Step(IReadOnlyList<Tensor> gradients, double learningRate, double clip)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var norm = GradientNorm.Of(gradients);
        var factor = Math.Min(1.0, clip / (norm + ClipEpsilon));
        if (factor < 1.0)
        {
            Aten.Multiply(gradients, tensor(factor, gradients[0].dtype, gradients[0].device));
        }

        StepCount++;
        _step.fill_(StepCount);
        foreach (var decayed in _policy.Tensors.Select((tensor, index) => (Index: index, Decays: Decays(tensor))).GroupBy(pair => pair.Decays, pair => pair.Index))
        {
            int[] chosen = [.. decayed];
            Aten.FusedAdamW(
                [.. chosen.Select(i => _policy.Tensors[i].Master.detach())], [.. chosen.Select(i => gradients[i])], [.. chosen.Select(i => _averages[i])],
                [.. chosen.Select(i => _squares[i])], _step, learningRate, _options.Beta1, _options.Beta2, decayed.Key ? _options.WeightDecay : 0, _options.Epsilon);
        }

        _policy.Publish();
        return norm;
    }

    /// <summary>The moments by name (<c>exp_avg.</c> and <c>exp_avg_sq.</c> before the exported name); borrowed. <see cref="StepCount"/> belongs to them.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State() => _policy.Tensors.SelectMany((tensor, i) => new[]
    {
        KeyValuePair.Create(AverageName + tensor.Name, _averages[i]), KeyValuePair.Create(SquareName + tensor.Name, _squares[i]),
    });

    /// <summary>Goes on where another optimizer of the same policy stopped.</summary>
    /// <param name="stepCount">Steps taken by then.</param>
    /// <param name="read">Given a name of <see cref="State"/>: the tensor, whose ownership passes over.</param>
    /// <exception cref="InputException">A tensor has another shape.</exception>
    public void Restore(long stepCount, Func<string, Tensor> read)
    {
        using var guard = no_grad();
        foreach (var (name, moment) in State())
        {
            using var stored = read(name);
            if (!stored.shape.SequenceEqual(moment.shape))
            {
                throw new InputException($"The stored optimizer state {name} has the shape [{string.Join(", ", stored.shape)}], the policy's has "
                    + $"[{string.Join(", ", moment.shape)}]: it belongs to another model.");
            }

            moment.copy_(stored);
        }

        StepCount = stepCount;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in _averages.Concat(_squares).Append(_step))
        {
            tensor.Dispose();
        }
    }

    private bool Decays(PolicyTensor tensor) => !_options.DecayOnlyMatrices || tensor.Master.dim() > 1;
}
