using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Backbones;

/// <summary>The adapter of one projection.</summary>
/// <param name="A">[rank, in].</param>
/// <param name="B">[out, rank].</param>
public sealed record LoraModule(Tensor A, Tensor B);
