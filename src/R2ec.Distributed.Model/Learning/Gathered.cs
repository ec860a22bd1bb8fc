using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Learning;

/// <summary>Picks hidden states out of a rectangle.</summary>
internal static class Gathered
{
    /// <summary>Hidden states at (row, place).</summary>
    /// <param name="hidden_RTH">[R, T, H]; gradient flows.</param>
    /// <param name="places">Which.</param>
    /// <returns>[places, H]; the caller owns it.</returns>
    public static Tensor At(Tensor hidden_RTH, IEnumerable<(int Row, int Place)> places)
    {
        using var scope = NewDisposeScope();
        var width = hidden_RTH.size(1);
        var flat = places.Select(p => (p.Row * width) + p.Place).ToArray();
        return hidden_RTH.reshape(-1, hidden_RTH.size(2)).index_select(0, tensor(flat, device: hidden_RTH.device)).MoveToOuterDisposeScope();
    }
}
