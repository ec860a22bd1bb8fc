using R2ec.Distributed.Core;
using R2ec.Distributed.Model.Backbones;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Checkpoints;

/// <summary>
/// The tensors that training moves, in byte order of their exported names: the adapter's where there is one, else all parameters (a tied head is not
/// exported). They are what a version of the policy is. Owns the float32 masters of a bfloat16 backbone; all else is borrowed from backbone and adapter.
/// </summary>
public sealed class PolicyTensors : IDisposable
{
    private PolicyTensors(IEnumerable<PolicyTensor> tensors) => Tensors = [.. tensors.OrderBy(tensor => tensor.Name, StringComparer.Ordinal)];

    /// <summary>The tensors in byte order of their names.</summary>
    public IReadOnlyList<PolicyTensor> Tensors { get; }

    /// <summary>The masters by name, as an export or a checkpoint writes them.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Masters => Tensors.Select(tensor => KeyValuePair.Create(tensor.Name, tensor.Master));

    /// <summary>Takes a backbone's trained tensors and asks for gradients of them; a bfloat16 backbone that is trained whole gets float32 masters.</summary>
    public static PolicyTensors Of(Backbone backbone)
    {
        return Over(backbone.Adapter is { } adapter ? adapter.Tensors() : backbone.Weights.Select(pair => (pair.Key, pair.Value)));
    }

    /// <summary>The same over tensors by exported name, which stay the caller's.</summary>
    public static PolicyTensors Over(IEnumerable<(string Name, Tensor Tensor)> computed)
    {
        using var guard = no_grad();
        PolicyTensor[] trained = [.. computed.Select(pair => new PolicyTensor(pair.Name, Master(pair.Tensor), pair.Tensor))];
        foreach (var tensor in trained)
        {
            tensor.Compute.requires_grad = true;
        }

        return new PolicyTensors(trained);
    }

    /// <summary>The gradients that have arrived since the last call, in the order of <see cref="Tensors"/> and the masters' type; zeros where none has. Owned by the caller.</summary>
    public IReadOnlyList<Tensor> TakeGradients()
    {
        using var guard = no_grad();
        var taken = new Tensor[Tensors.Count];
        for (var i = 0; i < taken.Length; i++)
        {
            var (master, compute) = (Tensors[i].Master, Tensors[i].Compute);
            var arrived = compute.grad;
            taken[i] = (arrived is null ? zeros_like(master) : Widened(arrived, master.dtype)).DetachFromDisposeScope();
            compute.grad = null;
        }

        return taken;
    }

    /// <summary>Replaces the masters and what the forward pass reads.</summary>
    /// <param name="read">Given an exported name: the tensor, whose ownership passes over.</param>
    /// <exception cref="InputException">A tensor has another shape.</exception>
    public void Restore(Func<string, Tensor> read)
    {
        using var guard = no_grad();
        foreach (var tensor in Tensors)
        {
            using var stored = read(tensor.Name);
            if (!stored.shape.SequenceEqual(tensor.Master.shape))
            {
                throw new InputException($"The stored tensor {tensor.Name} has the shape [{string.Join(", ", stored.shape)}], the policy's has "
                    + $"[{string.Join(", ", tensor.Master.shape)}]: it belongs to another model.");
            }

            tensor.Master.copy_(stored);
        }

        Publish();
    }

    /// <summary>Rounds the masters into what the forward pass reads; nothing to do where they are the same.</summary>
    public void Publish()
    {
        using var guard = no_grad();
        foreach (var tensor in Tensors.Where(tensor => tensor.IsRounded))
        {
            tensor.Compute.copy_(tensor.Master);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var tensor in Tensors.Where(tensor => tensor.IsRounded))
        {
            tensor.Master.Dispose();
        }
    }

    private static Tensor Master(Tensor weight) =>
        weight.dtype is ScalarType.Float32 or ScalarType.Float64 ? weight : weight.to(ScalarType.Float32).DetachFromDisposeScope();

    private static Tensor Widened(Tensor gradient, ScalarType type)
    {
        if (gradient.dtype == type)
        {
            return gradient;
        }

        using (gradient)
        {
            return gradient.to(type);
        }
    }
}
