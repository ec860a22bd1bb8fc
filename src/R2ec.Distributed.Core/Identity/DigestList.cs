using System.Collections;
using System.Runtime.CompilerServices;

namespace R2ec.Distributed.Core.Identity;

/// <summary>Digests in a fixed order, 32 bytes each: a run keeps one of every group that it trained. Immutable; lists of the same digests are equal.</summary>
[CollectionBuilder(typeof(DigestList), nameof(Of))]
public sealed class DigestList : IReadOnlyList<Digest>, IEquatable<DigestList>
{
    private const int DigestBytes = 32;

    private readonly byte[] _bytes;

    private DigestList(byte[] bytes) => _bytes = bytes;

    /// <summary>How many there are.</summary>
    public int Count => _bytes.Length / DigestBytes;

    /// <summary>The digests' bytes, one after the other.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <inheritdoc/>
    public Digest this[int index] => new(Convert.ToHexStringLower(_bytes.AsSpan(index * DigestBytes, DigestBytes)));

    /// <summary>These digests.</summary>
    /// <exception cref="FormatException">One is no digest.</exception>
    public static DigestList Of(ReadOnlySpan<Digest> digests)
    {
        var bytes = new byte[digests.Length * DigestBytes];
        var at = 0;
        foreach (var digest in digests)
        {
            _ = Convert.FromHexString(digest.Hex, bytes.AsSpan(at, DigestBytes), out _, out var written);
            at += written == DigestBytes ? DigestBytes : throw new FormatException($"'{digest.Hex}' is no digest.");
        }

        return new DigestList(bytes);
    }

    /// <summary>The digests whose bytes these are.</summary>
    /// <exception cref="FormatException">The length is no multiple of a digest's.</exception>
    public static DigestList OfBytes(byte[] bytes)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        return bytes.Length % DigestBytes == 0 ? new DigestList([.. bytes]) : throw new FormatException($"{bytes.Length} bytes are no digests of {DigestBytes} bytes.");
    }

    /// <inheritdoc/>
    public IEnumerator<Digest> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return this[i];
        }
    }

    /// <inheritdoc/>
    public bool Equals(DigestList? other) => other is not null && _bytes.AsSpan().SequenceEqual(other._bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DigestList);

    // The first digest's bytes are as good as a hash.
    /// <inheritdoc/>
    public override int GetHashCode() => _bytes.Length == 0 ? 0 : BitConverter.ToInt32(_bytes);

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
