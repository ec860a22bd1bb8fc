using ZstdSharp;

namespace R2ec.Distributed.Orchestration.Payloads;

/// <summary>Compressed bytes: a zstd frame that declares how long its content is. What is declared is checked before anything is allocated.</summary>
public static class Packed
{
    /// <summary>Most bytes of a payload's content: 256 MB.</summary>
    public const long LimitBytes = 256L * 1024 * 1024;

    private const int Level = 1;

    /// <summary>Compresses.</summary>
    public static byte[] Pack(ReadOnlySpan<byte> content)
    {
        if (content.Length > LimitBytes)
        {
            throw new InvalidDataException($"A payload of {content.Length} bytes is over the limit of {LimitBytes}.");
        }

        using var compressor = new Compressor(Level);
        return compressor.Wrap(content).ToArray();
    }

    /// <summary>The content's declared length.</summary>
    /// <exception cref="InvalidDataException">None is declared, or it is over the limit.</exception>
    public static int DeclaredLength(ReadOnlySpan<byte> packed)
    {
        ulong declared;
        try
        {
            declared = Decompressor.GetDecompressedSize(packed);
        }
        catch (ZstdException fault)
        {
            throw new InvalidDataException("The bytes are no zstd frame.", fault);
        }

        return declared <= LimitBytes ? (int)declared : throw new InvalidDataException($"A payload declares {declared} bytes, the limit is {LimitBytes}.");
    }

    /// <summary>Decompresses.</summary>
    /// <exception cref="InvalidDataException">The bytes are not what <see cref="Pack"/> makes, or declare more than the limit.</exception>
    public static byte[] Unpack(ReadOnlySpan<byte> packed)
    {
        var content = new byte[DeclaredLength(packed)];
        try
        {
            using var decompressor = new Decompressor();
            var length = decompressor.Unwrap(packed, content);
            return length == content.Length ? content : throw new InvalidDataException($"A payload holds {length} bytes and declares {content.Length}.");
        }
        catch (ZstdException fault)
        {
            throw new InvalidDataException($"A payload cannot be decompressed: {fault.Message}", fault);
        }
    }
}
