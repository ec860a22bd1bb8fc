using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Native;

/// <summary>Raw bytes of contiguous tensors on the CPU, in pieces that a span can hold.</summary>
internal static unsafe class TensorMemory
{
    private const int PieceBytes = 1 << 30;

    /// <summary>Bytes of one element.</summary>
    public static long ByteCount(Tensor tensor) => tensor.numel() * tensor.element_size();

    /// <summary>Copies memory into a fresh tensor of libtorch's own (aligned to 64 bytes, so that its bits do not depend on where the source stood).</summary>
    public static Tensor Copy(byte* source, ReadOnlySpan<long> shape, ScalarType type)
    {
        var fresh = empty(shape, type);
        var bytes = ByteCount(fresh);
        if (bytes > 0)
        {
            Buffer.MemoryCopy(source, AtenDispatcher.DataPointer(fresh), bytes, bytes);
        }

        return fresh;
    }

    /// <summary>A tensor on a device, free of every dispose scope; the one given is used up.</summary>
    public static Tensor Moved(Tensor tensor, Device device)
    {
        var moved = tensor.device_type == device.type && (device.index < 0 || tensor.device_index == device.index) ? tensor : tensor.to(device);
        if (!ReferenceEquals(moved, tensor))
        {
            tensor.Dispose();
        }

        return moved.DetachFromDisposeScope();
    }

    /// <summary>Hands a tensor's bytes on, in order; a copy is made only where it is not contiguous on the CPU.</summary>
    public static void Visit(Tensor tensor, ScalarType type, Visitor visitor)
    {
        using var scope = NewDisposeScope();
        var plain = tensor.detach().to(type).cpu().contiguous();
        var bytes = ByteCount(plain);
        if (bytes == 0)
        {
            return;
        }

        var start = AtenDispatcher.DataPointer(plain);
        for (long at = 0; at < bytes; at += PieceBytes)
        {
            visitor(new ReadOnlySpan<byte>(start + at, (int)Math.Min(PieceBytes, bytes - at)));
        }

        GC.KeepAlive(plain);
    }

    /// <summary>The numbers of a contiguous tensor on the CPU; valid while the tensor lives.</summary>
    public static Span<T> Numbers<T>(Tensor tensor)
        where T : unmanaged => new(AtenDispatcher.DataPointer(tensor), checked((int)tensor.numel()));

    internal delegate void Visitor(ReadOnlySpan<byte> bytes);
}
