using System.Globalization;
using System.Text;
using System.Text.Json;

namespace R2ec.Distributed.Model.Tokenization;

/// <summary>
/// How the tokens of one tokenizer.json spell bytes, taken from its decoder. Steps that depend on a token's place in the text (Strip, the
/// joining blank of WordPiece) are left out: this is what a token contributes anywhere but at the very start.
/// </summary>
internal sealed class TokenSpelling
{
    private const string MetaspaceDefault = "\u2581";
    private readonly List<(string Old, string New)> _replacements = [];
    private bool _byteLevel;
    private bool _byteFallback;

    private TokenSpelling()
    {
    }

    /// <summary>Reads the decoder of a tokenizer.json, which may be null or absent.</summary>
    public static TokenSpelling Of(JsonElement tokenizer)
    {
        var spelling = new TokenSpelling();
        if (tokenizer.TryGetProperty("decoder", out var decoder) && decoder.ValueKind == JsonValueKind.Object)
        {
            spelling.Add(decoder);
        }

        return spelling;
    }

    /// <summary>The bytes of a token.</summary>
    public byte[] Bytes(string token)
    {
        if (_byteLevel)
        {
            var bytes = new byte[token.Length];
            return ByteAlphabet.TryRead(token, bytes) ? bytes : Encoding.UTF8.GetBytes(token);
        }

        if (_byteFallback && FallbackByte(token) is { } value)
        {
            return [value];
        }

        foreach (var (old, replacement) in _replacements)
        {
            token = token.Replace(old, replacement, StringComparison.Ordinal);
        }

        return Encoding.UTF8.GetBytes(token);
    }

    private static byte? FallbackByte(string token) =>
        token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>'
        && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;

    private void Add(JsonElement decoder)
    {
        switch (decoder.GetProperty("type").GetString())
        {
            case "Sequence":
                foreach (var part in decoder.GetProperty("decoders").EnumerateArray())
                {
                    Add(part);
                }

                break;
            case "ByteLevel":
                _byteLevel = true;
                break;
            case "ByteFallback":
                _byteFallback = true;
                break;
            case "Replace" when decoder.GetProperty("pattern").TryGetProperty("String", out var pattern):
                AddReplacement(pattern.GetString()!, decoder.GetProperty("content").GetString()!);
                break;
            case "Metaspace":
                AddReplacement(decoder.TryGetProperty("replacement", out var blank) ? blank.GetString()! : MetaspaceDefault, " ");
                break;
            case "BPEDecoder":
                AddReplacement(decoder.TryGetProperty("suffix", out var suffix) ? suffix.GetString()! : "</w>", " ");
                break;
            default:
                break;
        }
    }

    private void AddReplacement(string old, string replacement)
    {
        if (old.Length > 0)
        {
            _replacements.Add((old, replacement));
        }
    }
}
