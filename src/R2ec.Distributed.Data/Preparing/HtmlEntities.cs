using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace R2ec.Distributed.Data.Preparing;

/// <summary>
/// Character references of HTML 5 as browsers read them: numeric ones with or without semicolon, the legacy names without one, and the names that stand
/// for ASCII characters. Names beyond HTML 4 that stand for other characters stay as they are.
/// </summary>
internal static partial class HtmlEntities
{
    private static readonly Dictionary<string, string> Ascii = new(StringComparer.Ordinal)
    {
        ["Tab"] = "\t", ["NewLine"] = "\n", ["excl"] = "!", ["QUOT"] = "\"", ["num"] = "#", ["dollar"] = "$", ["percnt"] = "%", ["AMP"] = "&",
        ["lpar"] = "(", ["rpar"] = ")", ["ast"] = "*", ["midast"] = "*", ["plus"] = "+", ["comma"] = ",", ["period"] = ".", ["sol"] = "/",
        ["colon"] = ":", ["semi"] = ";", ["LT"] = "<", ["equals"] = "=", ["GT"] = ">", ["quest"] = "?", ["commat"] = "@", ["lsqb"] = "[",
        ["lbrack"] = "[", ["bsol"] = "\\", ["rsqb"] = "]", ["rbrack"] = "]", ["Hat"] = "^", ["lowbar"] = "_", ["UnderBar"] = "_", ["grave"] = "`",
        ["lcub"] = "{", ["lbrace"] = "{", ["verbar"] = "|", ["vert"] = "|", ["VerticalLine"] = "|", ["rcub"] = "}", ["rbrace"] = "}",
        ["COPY"] = "©", ["REG"] = "®", ["apos"] = "'",
    };

    private static readonly HashSet<string> LegacyCapitals = ["AMP", "LT", "GT", "QUOT", "COPY", "REG"];

    /// <summary>The text with its references replaced, once.</summary>
    public static string Decode(string text) => text.Contains('&', StringComparison.Ordinal) ? Reference().Replace(text, Replacement) : text;

    private static string Replacement(Match match)
    {
        var body = match.Groups[1].Value;
        return body[0] == '#' ? Numeric(body) : Named(body);
    }

    private static string Numeric(string body)
    {
        var digits = body.TrimEnd(';')[1..];
        var hex = digits[0] is 'x' or 'X';
        var ok = hex
            ? uint.TryParse(digits.AsSpan(1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            : uint.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out code);
        if (!ok || code is 0 or > 0x10ffff or (>= 0xd800 and <= 0xdfff))
        {
            return "\uFFFD";
        }

        // Code points that are no characters vanish; 0x80 to 0x9f are Windows-1252, all of them outside ASCII.
        return code is (>= 1 and <= 8) or 0xb or (>= 0xe and <= 0x1f) or 0x7f or (>= 0xfdd0 and <= 0xfdef) || (code & 0xfffe) == 0xfffe
            ? ""
            : char.ConvertFromUtf32((int)code);
    }

    private static string Named(string body)
    {
        if (body.EndsWith(';') && Known(body[..^1]) is { } whole)
        {
            return whole;
        }

        for (var length = body.TrimEnd(';').Length; length > 1; length--)
        {
            var name = body[..length];
            if (Known(name) is [<= '\u00ff'] character && (LegacyCapitals.Contains(name) || (name != "apos" && !Ascii.ContainsKey(name))))
            {
                return character + body[length..];
            }
        }

        return "&" + body;
    }

    private static string? Known(string name)
    {
        if (Ascii.TryGetValue(name, out var ascii))
        {
            return ascii;
        }

        var reference = new StringBuilder("&").Append(name).Append(';').ToString();
        var decoded = WebUtility.HtmlDecode(reference);
        return decoded == reference ? null : decoded;
    }

    [GeneratedRegex(@"&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)")]
    private static partial Regex Reference();
}
