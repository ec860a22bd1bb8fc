namespace R2ec.Distributed.Core.Spec;

/// <summary>Fills the spec's records from a written tree and collects every fault; a key at fault keeps its default.</summary>
internal static class SpecBinder
{
    /// <summary>A record of a section.</summary>
    /// <param name="type">The record.</param>
    /// <param name="fields">Its keys.</param>
    /// <param name="node">What was written.</param>
    /// <param name="path">Dotted path of the section; empty for the whole spec.</param>
    /// <param name="places">Takes the place of each key that was given.</param>
    /// <param name="faults">Takes what is wrong.</param>
    public static object Bind(Type type, IReadOnlyList<SpecField> fields, SpecNode node, string path, Dictionary<string, SpecPlace> places, List<SpecFault> faults)
    {
        var result = Activator.CreateInstance(type)!;
        if (node is not SpecNode.Map map)
        {
            var needed = path.Length == 0 ? "a spec is a map of keys" : "a section with keys of its own is needed here";
            faults.Add(new SpecFault(node.Place, path.Length == 0 ? "the spec" : path, null, $"{node.Kind} stands here, but {needed}", "see `r2ec spec init` for its form"));
            return result;
        }

        var seen = new Dictionary<string, SpecPlace>();
        foreach (var entry in map.Entries)
        {
            var whole = path.Length == 0 ? entry.Key : $"{path}.{entry.Key}";
            var field = fields.FirstOrDefault(f => f.Key == entry.Key);
            if (field is null)
            {
                var near = SpecCatalogue.Nearest(whole, fields);
                faults.Add(new SpecFault(entry.Place, whole, null, "no such key", near is null ? "`r2ec spec schema` lists all keys" : $"did you mean '{near}'?"));
            }
            else if (!seen.TryAdd(entry.Key, entry.Place))
            {
                faults.Add(new SpecFault(entry.Place, whole, null, $"the key stands twice, first at {seen[entry.Key]}", "remove one of them"));
            }
            else
            {
                places[whole] = entry.Place;
                Fill(result, field, entry.Value, places, faults);
            }
        }

        return result;
    }

    private static void Fill(object result, SpecField field, SpecNode node, Dictionary<string, SpecPlace> places, List<SpecFault> faults)
    {
        if (node is SpecNode.Scalar { IsNull: true })
        {
            Nothing(result, field, node, faults);
            return;
        }

        var value = (field.Kind, node) switch
        {
            (SpecKind.Section, _) => Bind(field.Property.PropertyType, field.Fields, node, field.Path, places, faults),
            (SpecKind.Sections, SpecNode.Sequence list) => Sections(field, list, places, faults),
            (SpecKind.Texts, SpecNode.Sequence list) => Texts(field, list, faults),
            (SpecKind.Texts, SpecNode.Scalar one) => Texts(field, new SpecNode.Sequence(one.Place, [one]), faults),
            (SpecKind.NamedTexts, SpecNode.Map map) => NamedTexts(field, map, faults),
            (_, SpecNode.Scalar scalar) => SpecValues.Read(field, scalar, faults),
            _ => Misplaced(field, node, faults),
        };
        if (value is not null)
        {
            field.Property.SetValue(result, value);
        }
    }

    // A key of the second section of a list is rewards.terms[1].name: its place tells two sections apart, and so does its path.
    private static Array Sections(SpecField field, SpecNode.Sequence list, Dictionary<string, SpecPlace> places, List<SpecFault> faults)
    {
        var sections = Array.CreateInstance(field.Record, list.Values.Count);
        foreach (var (index, node) in list.Values.Index())
        {
            var path = $"{field.Path}[{index}]";
            places[path] = node.Place;
            sections.SetValue(Bind(field.Record, [.. field.Fields.Select(inner => inner with { Path = $"{path}.{inner.Key}" })], node, path, places, faults), index);
        }

        return sections;
    }

    private static void Nothing(object result, SpecField field, SpecNode node, List<SpecFault> faults)
    {
        if (field.Optional)
        {
            field.Property.SetValue(result, null);
        }
        else if (!field.HasFields)
        {
            faults.Add(new SpecFault(node.Place, field.Path, null, "it has no value", $"{SpecValues.Remedy(field)}, or leave the key out"));
        }
    }

    private static string[]? Texts(SpecField field, SpecNode.Sequence list, List<SpecFault> faults)
    {
        var before = faults.Count;
        var one = field with { Kind = SpecKind.Text };
        var texts = new List<string>();
        foreach (var node in list.Values)
        {
            var text = node is SpecNode.Scalar { IsNull: false } scalar ? SpecValues.Read(one, scalar, faults) as string : Misplaced(one, node, faults) as string;
            if (text is not null && texts.Contains(text))
            {
                faults.Add(new SpecFault(node.Place, field.Path, text, "it stands in the list twice", "remove one of them"));
            }
            else if (text is not null)
            {
                texts.Add(text);
            }
        }

        return faults.Count == before ? [.. texts] : null;
    }

    private static SortedDictionary<string, string>? NamedTexts(SpecField field, SpecNode.Map map, List<SpecFault> faults)
    {
        var before = faults.Count;
        var texts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in map.Entries)
        {
            var one = field with { Kind = SpecKind.Text, Path = $"{field.Path}.{entry.Key}" };
            var text = entry.Value is SpecNode.Scalar { IsNull: false } scalar ? SpecValues.Read(one, scalar, faults) as string : Misplaced(one, entry.Value, faults) as string;
            if (text is not null && !texts.TryAdd(entry.Key, text))
            {
                faults.Add(new SpecFault(entry.Place, one.Path, null, "the name stands twice", "remove one of them"));
            }
        }

        return faults.Count == before ? texts : null;
    }

    private static object? Misplaced(SpecField field, SpecNode node, List<SpecFault> faults)
    {
        faults.Add(new SpecFault(node.Place, field.Path, null, $"{node.Kind} stands here, but a {field.KindName} is needed", SpecValues.Remedy(field)));
        return null;
    }
}
