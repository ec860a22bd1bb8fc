using TorchSharp;

namespace R2ec.Distributed.Model.Generation;

/// <summary>A bundle's chains and the hidden state at each one's last token.</summary>
/// <param name="Rows">Prompt by prompt, completion by completion.</param>
/// <param name="Users_RH">float32 [R, H]; owned by whoever holds this.</param>
internal sealed record GeneratedChains(IReadOnlyList<ChainRow> Rows, torch.Tensor Users_RH) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Users_RH.Dispose();
}
