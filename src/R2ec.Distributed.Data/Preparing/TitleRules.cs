using System.Text;
using System.Text.RegularExpressions;

namespace R2ec.Distributed.Data.Preparing;

/// <summary>Which titles of Amazon metadata are used, and how they are cleaned. Source: the released preparation of R2ec, rule for rule.</summary>
internal static partial class TitleRules
{
    private const int MaxWords = 20;

    /// <summary>The title with its plainest references replaced and trimmed, or the reason why the line is dropped.</summary>
    public static (string Title, string? Reason) Judge(string? title)
    {
        if (title is null)
        {
            return ("", "no_title");
        }

        if (title.Contains("<span id", StringComparison.Ordinal))
        {
            return ("", "markup");
        }

        title = title.Replace("&quot;", "\"", StringComparison.Ordinal).Replace("&amp;", "&", StringComparison.Ordinal).Trim(' ').Trim('"');
        if (title.AsSpan().Count(' ') + 1 > MaxWords)
        {
            return ("", "too_long");
        }

        return CodePoints(title) <= 1 ? ("", "too_short") : (title, null);
    }

    /// <summary>References decoded, trimmed, tags removed, white space and runs of spaces to one space, then each code point beyond ASCII to one space.</summary>
    public static string Clean(string title)
    {
        var text = TrimLikePython(HtmlEntities.Decode(title));
        text = Tag().Replace(text, "");
        text = text.Replace('\n', ' ').Replace('\t', ' ');
        text = Spaces().Replace(text, " ");
        return AsciiOnly(text);
    }

    private static string AsciiOnly(string text)
    {
        if (Ascii.IsValid(text))
        {
            return text;
        }

        var ascii = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            ascii.Append(rune.IsAscii ? (char)rune.Value : ' ');
        }

        return ascii.ToString();
    }

    private static int CodePoints(string text)
    {
        var count = 0;
        foreach (var _ in text.EnumerateRunes())
        {
            count++;
        }

        return count;
    }

    // The four separators 0x1c to 0x1f are white space there, not here.
    private static string TrimLikePython(string text)
    {
        var (first, end) = (0, text.Length);
        while (first < end && White(text[first]))
        {
            first++;
        }

        while (end > first && White(text[end - 1]))
        {
            end--;
        }

        return text[first..end];

        static bool White(char c) => char.IsWhiteSpace(c) || c is >= '\u001c' and <= '\u001f';
    }

    [GeneratedRegex("<[^>]+>")]
    private static partial Regex Tag();

    [GeneratedRegex(" +")]
    private static partial Regex Spaces();
}
