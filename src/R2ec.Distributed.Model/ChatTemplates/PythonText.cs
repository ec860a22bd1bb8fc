using System.Buffers;
using System.Globalization;
using System.Text;

namespace R2ec.Distributed.Model.ChatTemplates;

/// <summary>Strings as Python sees them: a character is a code point, white space is what str.isspace calls so.</summary>
internal static class PythonText
{
    /// <summary>Python's white space.</summary>
    public static readonly SearchValues<char> Whitespace = SearchValues.Create(
        "\t\n\v\f\r\u001c\u001d\u001e\u001f \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000");

    private static readonly SearchValues<char> LineEnds = SearchValues.Create("\n\r\v\f\u001c\u001d\u001e\u0085\u2028\u2029");

    /// <summary>Characters whose case has other rules than one for one, as in ß and SS: no language library of ours has Python's tables.</summary>
    private static readonly SearchValues<char> OddCase = SearchValues.Create([.. Enumerable.Range(0, 0xFFFF).Select(i => (char)i).Where(IsOddCase)]);

    public static bool IsSpace(char character) => Whitespace.Contains(character);

    public static string StripEnd(string text) => text[..(text.AsSpan().LastIndexOfAnyExcept(Whitespace) + 1)];

    public static string Strip(string text, string? characters, bool start, bool end)
    {
        if (characters is not null)
        {
            var set = Characters(characters);
            var parts = Characters(text);
            var from = 0;
            var to = parts.Count;
            while (start && from < to && set.Contains(parts[from]))
            {
                from++;
            }

            while (end && to > from && set.Contains(parts[to - 1]))
            {
                to--;
            }

            return string.Concat(parts[from..to]);
        }

        text = end ? StripEnd(text) : text;
        var first = text.AsSpan().IndexOfAnyExcept(Whitespace);
        return !start ? text : first < 0 ? "" : text[first..];
    }

    /// <summary>The code points of a text, each as a text.</summary>
    public static List<string> Characters(string text)
    {
        var characters = new List<string>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var pair = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            characters.Add(pair ? text.Substring(i++, 2) : text[i].ToString());
        }

        return characters;
    }

    public static int Length(string text)
    {
        var pairs = 0;
        for (var i = 0; i + 1 < text.Length; i++)
        {
            pairs += char.IsHighSurrogate(text[i]) && char.IsLowSurrogate(text[i + 1]) ? 1 : 0;
        }

        return text.Length - pairs;
    }

    /// <summary>The place of an index of .NET counted in code points.</summary>
    public static long Place(string text, int index) => index < 0 ? -1 : Length(text[..index]);

    public static string Upper(string text) => OneForOne(text, "upper").ToUpperInvariant();

    public static string Lower(string text) => OneForOne(text, "lower").ToLowerInvariant();

    /// <summary>str.capitalize: the first character in upper case, the rest in lower case.</summary>
    public static string Capitalize(string text)
    {
        var characters = Characters(text);
        return characters.Count == 0 ? "" : Upper(characters[0]) + Lower(string.Concat(characters.Skip(1)));
    }

    /// <summary>str.title: upper case after what has no case, lower case after what has.</summary>
    public static string Title(string text)
    {
        OneForOne(text, "title");
        var title = new StringBuilder(text.Length);
        var afterCased = false;
        foreach (var character in Characters(text))
        {
            title.Append(afterCased ? character.ToLowerInvariant() : character.ToUpperInvariant());
            var category = CharUnicodeInfo.GetUnicodeCategory(character, 0);
            afterCased = category is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter;
        }

        return title.ToString();
    }

    /// <summary>Words between runs of white space; after so many splits the rest as it is. A negative limit is none.</summary>
    public static List<string> Words(string text, long limit)
    {
        var words = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var start = text.AsSpan(at).IndexOfAnyExcept(Whitespace);
            if (start < 0)
            {
                break;
            }

            at += start;
            var length = words.Count == limit ? -1 : text.AsSpan(at).IndexOfAny(Whitespace);
            var end = length < 0 ? text.Length : at + length;
            words.Add(text[at..end]);
            at = end;
        }

        return words;
    }

    public static List<string> Lines(string text, bool keepEnds)
    {
        var lines = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var length = text.AsSpan(at).IndexOfAny(LineEnds);
            if (length < 0)
            {
                lines.Add(text[at..]);
                break;
            }

            var next = at + length + (text.AsSpan(at + length).StartsWith("\r\n", StringComparison.Ordinal) ? 2 : 1);
            lines.Add(keepEnds ? text[at..next] : text[at..(at + length)]);
            at = next;
        }

        return lines;
    }

    private static string OneForOne(string text, string what)
    {
        var at = text.AsSpan().IndexOfAny(OddCase);
        return at < 0 ? text : throw new TemplateFault($"'{what}' of the character '{text[at]}' (U+{(int)text[at]:X4}) is not supported");
    }

    private static bool IsOddCase(char character) => character is
        '\u00DF' or '\u0130' or '\u0149' or (>= '\u01C4' and <= '\u01CC') or >= '\u01F0' and <= '\u01F3' or '\u0345' or '\u0390' or '\u03A3' or '\u03B0'
        or '\u0587' or (>= '\u10D0' and <= '\u10FF') or (>= '\u13A0' and <= '\u13FD') or >= '\u1E96' and <= '\u1E9E' or (>= '\u1F50' and <= '\u1F57')
        or (>= '\u1F80' and <= '\u1FFC') or (>= '\uFB00' and <= '\uFB17');
}
