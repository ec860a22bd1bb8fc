using System.Globalization;
using System.Text;

namespace R2ec.Distributed.Core.Spec;

/// <summary>The commented spec to begin with: every key with its meaning, range and default. Optional sections stand commented out.</summary>
public static class SpecStarter
{
    /// <summary>The spec's text; it passes the check but for the folders that it names.</summary>
    public static string Text()
    {
        var text = new StringBuilder("# An experiment of r2ec. Every key with its default; delete what you leave as it is.\n# Check it with: ./r2ec spec check THIS-FILE\n");
        Section(text, SpecCatalogue.Fields, "", false);
        return text.ToString();
    }

    private static void Section(StringBuilder text, IReadOnlyList<SpecField> fields, string indent, bool off)
    {
        var mark = off ? "# " : "";
        foreach (var field in fields)
        {
            if (field.Kind == SpecKind.Section)
            {
                var without = off || field.Default is null;
                text.Append(CultureInfo.InvariantCulture, $"\n{indent}# {field.Facts.Meaning}\n{indent}{(without ? "# " : "")}{field.Key}:{(field.Fields.Count == 0 ? " {}" : "")}\n");
                Section(text, field.Fields, indent + "  ", without);
                continue;
            }

            if (field.Kind == SpecKind.Sections)
            {
                List(text, field, indent, off);
                continue;
            }

            var range = field.RangeName.Length > 0 ? $"{field.KindName}, {field.RangeName}" : field.KindName;
            text.Append(CultureInfo.InvariantCulture, $"{indent}# {field.Facts.Meaning} ({range}{(field.Facts.Source is null ? "" : $"; default: {field.Facts.Source}")})\n");
            var example = field.Default is null ? field.Facts.Example : null;
            var absent = field.Default is null && example is null;
            text.Append(CultureInfo.InvariantCulture, $"{indent}{(absent && !off ? "# " : mark)}{field.Key}: {example ?? SpecWriter.Value(field.Default)}\n");
        }
    }

    private static void List(StringBuilder text, SpecField field, string indent, bool off)
    {
        text.Append(CultureInfo.InvariantCulture, $"{indent}# {field.Facts.Meaning} (a list; each of its sections has the keys below)\n{indent}{(off ? "# " : "")}{field.Key}: []\n");
        foreach (var (index, inner) in field.Fields.Index())
        {
            var range = inner.RangeName.Length > 0 ? $"{inner.KindName}, {inner.RangeName}" : inner.KindName;
            text.Append(CultureInfo.InvariantCulture, $"{indent}# {(index == 0 ? "-" : " ")} {inner.Key}: {inner.Facts.Example ?? SpecWriter.Value(inner.Default)}   # {inner.Facts.Meaning} ({range})\n");
        }
    }
}
