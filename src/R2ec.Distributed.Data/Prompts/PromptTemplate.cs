using System.Globalization;
using System.Text;

namespace R2ec.Distributed.Data.Prompts;

/// <summary>A name in braces.</summary>
/// <param name="Name">What is shown, such as title or attribute.genres.</param>
/// <param name="Limit">Decimals of a number or values of an attribute; −1 where the template leaves it open.</param>
/// <param name="Fallback">What is shown where there is nothing.</param>
internal sealed record Placeholder(string Name, int Limit, string Fallback);

/// <summary>A text with names in braces, cut once and filled often.</summary>
internal sealed class PromptTemplate
{
    private readonly List<(string Text, Placeholder? Hole)> _parts = [];

    private PromptTemplate()
    {
    }

    public IEnumerable<Placeholder> Holes => _parts.Where(p => p.Hole is not null).Select(p => p.Hole!);

    /// <summary>Cuts a template; the fault is null, or what is wrong with it.</summary>
    public static (PromptTemplate Template, string? Fault) Cut(string text)
    {
        var template = new PromptTemplate();
        var plain = new StringBuilder();
        for (var at = 0; at < text.Length; at++)
        {
            var c = text[at];
            if (c is '{' or '}' && at + 1 < text.Length && text[at + 1] == c)
            {
                plain.Append(c);
                at++;
            }
            else if (c == '{')
            {
                var end = text.IndexOf('}', at);
                if (end < 0)
                {
                    return (template, $"the brace at character {at + 1} does not close; write {{{{ for a brace itself");
                }

                var (hole, fault) = Read(text[(at + 1)..end]);
                if (fault is not null)
                {
                    return (template, fault);
                }

                template._parts.Add((plain.ToString(), hole));
                plain.Clear();
                at = end;
            }
            else if (c == '}')
            {
                return (template, $"the brace at character {at + 1} was not opened; write }}}} for a brace itself");
            }
            else
            {
                plain.Append(c);
            }
        }

        template._parts.Add((plain.ToString(), null));
        return (template, null);
    }

    public void Fill(StringBuilder to, Action<StringBuilder, Placeholder> fill)
    {
        foreach (var (text, hole) in _parts)
        {
            to.Append(text);
            if (hole is not null)
            {
                fill(to, hole);
            }
        }
    }

    private static (Placeholder? Hole, string? Fault) Read(string inside)
    {
        var (name, fallback) = Halves(inside, '|');
        (name, var limit) = Halves(name, ':');
        if (name.Length == 0)
        {
            return (null, "{} names nothing");
        }

        if (limit.Length == 0)
        {
            return (new Placeholder(name, -1, fallback), null);
        }

        return int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 6
            ? (new Placeholder(name, number, fallback), null)
            : (null, $"{{{inside}}}: behind the colon stands a number from 0 to 6");
    }

    private static (string First, string Second) Halves(string text, char between) =>
        text.IndexOf(between) is var at and >= 0 ? (text[..at], text[(at + 1)..]) : (text, "");
}
