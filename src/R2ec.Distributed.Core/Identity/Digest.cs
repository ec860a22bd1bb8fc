namespace R2ec.Distributed.Core.Identity;

/// <summary>SHA-256 of content, as 64 lower-case hex digits. Weights, item tables, payloads and blobs are named by it.</summary>
/// <param name="Hex">The 64 digits.</param>
public readonly record struct Digest(string Hex)
{
    /// <summary>The digest of these bytes.</summary>
    public static Digest Of(ReadOnlySpan<byte> content) => new(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content)));

    /// <summary>A digest from text that came from outside: 64 lower-case hex digits and nothing else.</summary>
    public static bool TryParse(string? text, out Digest digest)
    {
        digest = new Digest(text ?? "");
        return text is { Length: 64 } && text.All(char.IsAsciiHexDigitLower);
    }

    /// <summary>The first twelve digits, for people.</summary>
    public string Brief => Hex.Length >= 12 ? Hex[..12] : Hex;

    /// <inheritdoc/>
    public override string ToString() => Hex;
}
