using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Learning;

/// <summary>Token rows of different lengths in one rectangle, padded on the right: a causal mask then suffices and no row is ever masked whole.</summary>
/// <param name="Ids_RT">int64 [R, T]; padding is token 0 and never looked at.</param>
/// <param name="Lengths">Tokens of each row.</param>
public sealed record PaddedRows(Tensor Ids_RT, int[] Lengths) : IDisposable
{
    /// <summary>Longest row.</summary>
    public int Width => (int)Ids_RT.size(1);

    /// <summary>The rows as a rectangle.</summary>
    /// <param name="rows">At least one row, each of at least one token.</param>
    /// <param name="device">Where the rectangle goes.</param>
    public static PaddedRows Of(IReadOnlyList<int[]> rows, Device device)
    {
        var width = rows.Max(row => row.Length);
        var ids = new long[rows.Count * width];
        for (var r = 0; r < rows.Count; r++)
        {
            var row = rows[r];
            for (var t = 0; t < row.Length; t++)
            {
                ids[(r * width) + t] = row[t];
            }
        }

        return new PaddedRows(tensor(ids, [rows.Count, width], device: device), [.. rows.Select(row => row.Length)]);
    }

    /// <summary>The hidden state at each row's last token.</summary>
    /// <param name="hidden_RTH">[R, T, H].</param>
    /// <returns>[R, H]; gradient flows; the caller owns it.</returns>
    public Tensor Last(Tensor hidden_RTH) => Gathered.At(hidden_RTH, Lengths.Select((length, row) => (row, length - 1)));

    /// <inheritdoc/>
    public void Dispose() => Ids_RT.Dispose();
}
