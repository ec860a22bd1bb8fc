using System.Globalization;
using System.Text;

namespace R2ec.Distributed.Core.Spec;

/// <summary>Writes a spec as YAML with every key in the records' order, so that equal specs give equal bytes.</summary>
public static class SpecWriter
{
    /// <summary>The resolved spec: every key, defaults included; keys without a value stand as null.</summary>
    public static string Resolved(ExperimentSpec spec)
    {
        var text = new StringBuilder();
        Section(text, SpecCatalogue.Fields, spec, "");
        return text.ToString();
    }

    /// <summary>A value as YAML writes it: numbers round-trip, text is quoted where it could be read as something else.</summary>
    public static string Value(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        double number => SpecField.Number(number),
        IFormattable whole and (int or long) => whole.ToString(null, CultureInfo.InvariantCulture),
        IReadOnlyDictionary<string, string> named => $"{{{string.Join(", ", named.OrderBy(n => n.Key, StringComparer.Ordinal).Select(n => $"{Text(n.Key)}: {Text(n.Value)}"))}}}",
        System.Collections.ICollection { Count: 0 } => "[]",
        IEnumerable<string> texts => $"[{string.Join(", ", texts.Select(Text))}]",
        _ => Text(value.ToString()!),
    };

    private static void Section(StringBuilder text, IReadOnlyList<SpecField> fields, object owner, string indent)
    {
        foreach (var field in fields)
        {
            var value = field.Property.GetValue(owner);
            if (field.Kind == SpecKind.Sections && value is System.Collections.ICollection { Count: > 0 } sections)
            {
                text.Append(CultureInfo.InvariantCulture, $"{indent}{field.Key}:\n");
                List(text, field.Fields, sections, indent + "  ");
            }
            else if (field.Kind != SpecKind.Section || value is null)
            {
                text.Append(CultureInfo.InvariantCulture, $"{indent}{field.Key}: {Value(value)}\n");
            }
            else if (field.Fields.Count > 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"{indent}{field.Key}:\n");
                Section(text, field.Fields, value, indent + "  ");
            }
        }
    }

    // The first key of a section stands behind the dash.
    private static void List(StringBuilder text, IReadOnlyList<SpecField> fields, System.Collections.ICollection sections, string indent)
    {
        foreach (var section in sections)
        {
            var start = text.Length;
            Section(text, fields, section, indent + "  ");
            text[start + indent.Length] = '-';
        }
    }

    private static string Text(string value)
    {
        if (value.Any(char.IsControl))
        {
            return "\"" + string.Concat(value.Select(Escaped)) + "\"";
        }

        var plain = value.Length > 0 && char.IsAsciiLetter(value[0]) && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '/')
            && value.ToUpperInvariant() is not ("NULL" or "TRUE" or "FALSE" or "YES" or "NO" or "ON" or "OFF" or "Y" or "N" or "NAN" or "INF" or "INFINITY");
        return plain ? value : $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";
    }

    private static string Escaped(char letter) => letter switch
    {
        '\n' => "\\n",
        '\t' => "\\t",
        '"' => "\\\"",
        '\\' => "\\\\",
        _ when char.IsControl(letter) => $"\\u{(int)letter:x4}",
        _ => letter.ToString(),
    };
}
