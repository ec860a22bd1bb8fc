using System.Runtime.InteropServices;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Model.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Engines;

/// <summary>The catalogue's vectors, normalised, as a device holds them. Shape [N + 1, H], float32; row 0 is padding.</summary>
internal sealed class ItemTable : IDisposable
{
    private readonly Tensor _rows_NH;

    private ItemTable(Digest digest, Tensor rows_NH)
    {
        Digest = digest;
        _rows_NH = rows_NH;
    }

    /// <summary>SHA-256 of the raw table.</summary>
    public Digest Digest { get; }

    /// <summary>Takes over a raw table: float32, row-major, little-endian.</summary>
    public static ItemTable Of(ReadOnlySpan<byte> raw, int items, int hidden, Device device)
    {
        if (raw.Length != (items + 1) * hidden * sizeof(float))
        {
            throw new InvalidOperationException($"An item table of {items} items and {hidden} columns has {(items + 1) * hidden * sizeof(float)} bytes, not {raw.Length}.");
        }

        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var rows = tensor(MemoryMarshal.Cast<byte, float>(raw).ToArray(), [items + 1, hidden], device: device);
        return new ItemTable(Core.Identity.Digest.Of(raw), RecPoLoss.Normalised(rows).MoveToOuterDisposeScope().DetachFromDisposeScope());
    }

    /// <summary>Scores of users against all items: cosine over the temperature. [R, N + 1]; the caller owns it.</summary>
    public Tensor Scores(Tensor users_RH, double temperature)
    {
        using var scope = NewDisposeScope();
        return (nn.functional.linear(RecPoLoss.Normalised(users_RH), _rows_NH) / temperature).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => _rows_NH.Dispose();
}
