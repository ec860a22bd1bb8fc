namespace R2ec.Distributed.Model.Checkpoints;

/// <summary>What came of comparing a checkpoint with reference values.</summary>
/// <param name="Folder">The checkpoint.</param>
/// <param name="Reference">The reference file.</param>
/// <param name="Tensors">Every compared tensor, in the order of their names.</param>
public sealed record VerificationReport(string Folder, string Reference, IReadOnlyList<TensorDeviation> Tensors)
{
    /// <summary>Whether every tensor is within its tolerance.</summary>
    public bool Passes => Tensors.All(tensor => tensor.Passes);

    /// <summary>The tensor that is farthest from its reference, measured in its tolerance.</summary>
    public TensorDeviation Worst => Tensors.MaxBy(tensor => double.IsNaN(tensor.Largest) ? double.PositiveInfinity : tensor.Largest / tensor.Tolerance)!;

    /// <summary>One sentence for a person.</summary>
    public string Summary => Passes
        ? $"{Folder}: {Tensors.Count} tensors agree with {Reference}; the largest deviation is {Worst.Largest:g3} in {Worst.Name} (tolerance {Worst.Tolerance:g3})."
        : $"{Folder}: {Tensors.Count(tensor => !tensor.Passes)} of {Tensors.Count} tensors differ from {Reference}; the worst is {Worst.Name} with a deviation of "
            + $"{Worst.Largest:g3} (tolerance {Worst.Tolerance:g3}). Weights, config.json and reference do not belong together.";
}
