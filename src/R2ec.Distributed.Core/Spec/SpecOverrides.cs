namespace R2ec.Distributed.Core.Spec;

/// <summary>Lays overrides of single keys over a written spec.</summary>
internal static class SpecOverrides
{
    /// <summary>The tree with every override in its place; an unknown path becomes a fault.</summary>
    public static SpecNode Apply(SpecNode written, IReadOnlyList<(string Path, SpecNode Value)> overrides, List<SpecFault> faults)
    {
        var tree = written is SpecNode.Scalar { IsNull: true } nothing ? new SpecNode.Map(nothing.Place, []) : written;
        foreach (var (path, value) in overrides)
        {
            if (!SpecCatalogue.ByPath.ContainsKey(path))
            {
                var near = SpecCatalogue.Nearest(path, Siblings(path));
                faults.Add(new SpecFault(value.Place, path, null, "no such key", near is null ? "`r2ec spec schema` lists all keys" : $"did you mean '{near}'?"));
            }
            else if (ListAbove(path) is { } list)
            {
                faults.Add(new SpecFault(value.Place, path, null, $"{list} is a list, and which of its sections is meant is not said", $"give the whole list, such as --set '{list}=[{{name: a}}, {{name: b}}]'"));
            }
            else if (tree is SpecNode.Map map)
            {
                tree = Set(map, path.Split('.'), value);
            }
        }

        return tree;
    }

    private static string? ListAbove(string path)
    {
        var dot = path.LastIndexOf('.');
        return dot > 0 && SpecCatalogue.ByPath.TryGetValue(path[..dot], out var above) && above.Kind == SpecKind.Sections ? above.Path : null;
    }

    private static IReadOnlyList<SpecField> Siblings(string path)
    {
        var dot = path.LastIndexOf('.');
        return dot < 0 ? SpecCatalogue.Fields : SpecCatalogue.ByPath.TryGetValue(path[..dot], out var section) ? section.Fields : [.. SpecCatalogue.ByPath.Values];
    }

    private static SpecNode.Map Set(SpecNode.Map map, ReadOnlySpan<string> path, SpecNode value)
    {
        var key = path[0];
        var present = map.Entries.FirstOrDefault(e => e.Key == key);
        var inner = path.Length == 1 ? value : Set(present?.Value as SpecNode.Map ?? new SpecNode.Map(value.Place, []), path[1..], value);
        var entry = new SpecNode.Entry(path.Length == 1 ? value.Place : present?.Place ?? value.Place, key, inner);
        return map with { Entries = present is null ? [.. map.Entries, entry] : [.. map.Entries.Select(e => ReferenceEquals(e, present) ? entry : e)] };
    }
}
