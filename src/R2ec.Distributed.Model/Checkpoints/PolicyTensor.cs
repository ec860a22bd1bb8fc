using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Checkpoints;

/// <summary>One trained tensor.</summary>
/// <param name="Name">Its exported name.</param>
/// <param name="Master">What the optimizer moves: float32, float64 beside a float64 backbone.</param>
/// <param name="Compute">What the forward pass reads and gradients arrive at: the master itself, or the backbone's copy in bfloat16.</param>
public sealed record PolicyTensor(string Name, Tensor Master, Tensor Compute)
{
    /// <summary>Whether the forward pass reads a rounded copy.</summary>
    public bool IsRounded => !ReferenceEquals(Master, Compute);
}
