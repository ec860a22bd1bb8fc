using System.Globalization;
using System.Text;

namespace R2ec.Distributed.Core.Spec;

/// <summary>The reference page of the spec, docs/experiment-spec.md, made from the records; a test holds the page to them.</summary>
public static class SpecPage
{
    /// <summary>The page in Markdown.</summary>
    public static string Text()
    {
        var text = new StringBuilder(
            """
            # The experiment spec

            Every key of an experiment spec: what it holds, its default, its range. This page is made from the records in `src/R2ec.Distributed.Core/Spec/Sections`
            by `./r2ec spec schema --page`; change it there. A spec is YAML. Unknown keys are faults, and all faults are reported at once.

            - `./r2ec spec init > my.yaml` writes a commented spec, `./r2ec spec check my.yaml` checks it, `./r2ec spec schema` prints a JSON schema for editors.
            - `--set KEY=VALUE` overrides any key by its dotted path, such as `--set recpo.steps=40`, and is recorded with the run.
            - A key without a default may be left out; `null` says the same.

            """);
        Table(text, "The top level", SpecCatalogue.Fields);
        foreach (var section in SpecCatalogue.ByPath.Values.Where(f => f.HasFields))
        {
            Table(text, $"`{section.Path}`", section.Fields, section);
        }

        return text.ToString();
    }

    private static void Table(StringBuilder text, string title, IReadOnlyList<SpecField> fields, SpecField? section = null)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n## {title}\n\n");
        if (section is not null)
        {
            text.Append(CultureInfo.InvariantCulture, $"{section.Facts.Meaning}{(section.Default is null ? " Optional." : "")}{(section.Kind == SpecKind.Sections ? " A list; each of its sections has these keys." : "")}\n\n");
        }

        text.Append("| key | type | default | range | meaning |\n| --- | --- | --- | --- | --- |\n");
        foreach (var field in fields)
        {
            var value = field.HasFields ? $"see [`{field.Path}`](#{field.Path.Replace(".", "", StringComparison.Ordinal)})"
                : field.Default is null ? "" : $"`{Cell(SpecWriter.Value(field.Default))}`";
            var source = field.Facts.Source is null ? "" : $" Default: {field.Facts.Source}.";
            text.Append(CultureInfo.InvariantCulture, $"| `{field.Key}` | {field.KindName} | {value} | {Cell(field.RangeName)} | {Cell(field.Facts.Meaning)}{source} |\n");
        }
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace("\n", " ", StringComparison.Ordinal);
}
