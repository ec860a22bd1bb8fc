using System.Text.Json;
using System.Text.Json.Serialization;
using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Orchestration.Weights;

/// <summary>A file as chunks of 1 MiB with a hash each, so that any holder can serve any chunk and a broken transfer goes on where it stopped.</summary>
/// <param name="LengthBytes">Length of the file.</param>
/// <param name="Chunks">SHA-256 of each chunk in order; the last one may be shorter.</param>
public sealed record ChunkManifest(long LengthBytes, IReadOnlyList<Digest> Chunks)
{
    /// <summary>Bytes of a chunk: 1 MiB.</summary>
    public const int ChunkBytes = 1 << 20;

    /// <summary>Longest file: 64 GiB.</summary>
    public const long LongestFileBytes = 64L << 30;

    /// <summary>Most bytes of a manifest as JSON: 8 MiB, which is over what the longest file takes.</summary>
    public const int LimitBytes = 8 << 20;

    /// <summary>The manifest of a file; reads it whole.</summary>
    /// <exception cref="InvalidDataException">It is longer than <see cref="LongestFileBytes"/>, or changed while it was read.</exception>
    public static ChunkManifest Of(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        var length = file.Length;
        if (length > LongestFileBytes)
        {
            throw new InvalidDataException($"{path} has {length} bytes; the limit is {LongestFileBytes}.");
        }

        var (chunks, chunk, left) = (new List<Digest>(), new byte[ChunkBytes], length);
        while (left > 0)
        {
            var count = file.ReadAtLeast(chunk.AsSpan(0, (int)Math.Min(ChunkBytes, left)), (int)Math.Min(ChunkBytes, left), throwOnEndOfStream: false);
            if (count == 0)
            {
                throw new InvalidDataException($"{path} became shorter while it was read.");
            }

            chunks.Add(Digest.Of(chunk.AsSpan(0, count)));
            left -= count;
        }

        return new ChunkManifest(length, chunks);
    }

    /// <summary>A manifest that came from another node.</summary>
    /// <exception cref="InvalidDataException">It is none, over a limit, or contradicts itself.</exception>
    public static ChunkManifest Parse(ReadOnlySpan<byte> json)
    {
        Shape? shape;
        try
        {
            shape = json.Length <= LimitBytes ? JsonSerializer.Deserialize<Shape>(json) : null;
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException("The bytes are no chunk manifest.", fault);
        }

        if (shape is not { Chunk: ChunkBytes, Length: >= 0 and <= LongestFileBytes, Sha256: { } hashes } || hashes.Count != Count(shape.Length))
        {
            throw new InvalidDataException("A chunk manifest does not fit itself.");
        }

        return new ChunkManifest(shape.Length, [.. hashes.Select(hash => Digest.TryParse(hash, out var digest) ? digest : throw new InvalidDataException("A chunk manifest holds something that is no hash."))]);
    }

    /// <summary>The manifest as JSON.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(new Shape(LengthBytes, ChunkBytes, [.. Chunks.Select(chunk => chunk.Hex)]));

    /// <summary>Where a chunk begins.</summary>
    public static long OffsetOf(int chunk) => (long)chunk * ChunkBytes;

    /// <summary>How many bytes a chunk has.</summary>
    public int LengthOf(int chunk) => (int)Math.Min(ChunkBytes, LengthBytes - OffsetOf(chunk));

    private static long Count(long length) => (length + ChunkBytes - 1) / ChunkBytes;

    private sealed record Shape(
        [property: JsonPropertyName("length")] long Length,
        [property: JsonPropertyName("chunk")] int Chunk,
        [property: JsonPropertyName("sha256")] IReadOnlyList<string> Sha256);
}
