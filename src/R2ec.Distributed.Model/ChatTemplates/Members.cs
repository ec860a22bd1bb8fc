namespace R2ec.Distributed.Model.ChatTemplates;

/// <summary>Attributes, items and slices of values.</summary>
internal static class Members
{
    /// <summary>owner.name: a method before an item, as Jinja looks.</summary>
    public static object? Attribute(object? owner, string name, TemplateLimits limits)
    {
        RefuseInternals(name);
        return owner switch
        {
            Undefined undefined => throw new TemplateFault($"{undefined.What}, so it has no attribute '{name}'"),
            Loop loop => loop.Attribute(name),
            Namespace values => values.Attributes.TryGetValue(name, out var value) ? value : Missing(owner, name),
            _ => Methods.Find(owner, name, limits) ?? (owner is Mapping mapping && mapping.TryGet(name, out var item) ? item : Missing(owner, name)),
        };
    }

    /// <summary>owner[index]: an item before a method.</summary>
    public static object? Item(object? owner, object? index, TemplateLimits limits)
    {
        if (owner is Undefined undefined)
        {
            throw new TemplateFault($"{undefined.What}, so it has no items");
        }

        if (owner is Mapping mapping && index is string key && mapping.TryGet(key, out var value))
        {
            return value;
        }

        if (index is long or bool)
        {
            return At(owner, Python.Integer(index));
        }

        return index is string name ? Attribute(owner, name, limits) : Missing(owner, Python.Text(index));
    }

    public static object Slice(object? owner, long? start, long? stop, long? step)
    {
        switch (owner)
        {
            case string text when step is null or 1 && !text.AsSpan().ContainsAnyInRange('\ud800', '\udfff'):
                var (from, to, _) = Bounds(text.Length, start, stop, 1);
                return to <= from ? "" : text[(int)from..(int)to];
            case string text:
                return string.Concat(Picked(PythonText.Characters(text), start, stop, step));
            case Sequence { Kind: not SequenceKind.Iterator } sequence:
                return new Sequence(sequence.Kind, Picked(sequence.Items, start, stop, step));
            default:
                throw new TemplateFault($"{Python.Describe(owner)} cannot be sliced");
        }
    }

    /// <summary>A path such as a.b.0, as filters take it.</summary>
    public static object? Path(object? owner, string path, TemplateLimits limits)
    {
        foreach (var part in path.Split('.'))
        {
            owner = Item(owner, part.Length is > 0 and < 10 && part.All(char.IsAsciiDigit) ? long.Parse(part, System.Globalization.CultureInfo.InvariantCulture) : part, limits);
        }

        return owner;
    }

    private static object? At(object? owner, long index)
    {
        if (owner is Sequence { Kind: SequenceKind.Iterator })
        {
            throw new TemplateFault("an iterator has no items by number: make a list of it first");
        }

        IReadOnlyList<object?> items = owner switch
        {
            Sequence sequence => sequence.Items,
            string text => PythonText.Characters(text),
            _ => [],
        };
        index = index < 0 ? index + items.Count : index;
        return index >= 0 && index < items.Count ? items[(int)index] : new Undefined($"{Python.TypeName(owner)} has no item {index}");
    }

    private static List<T> Picked<T>(IReadOnlyList<T> items, long? start, long? stop, long? step)
    {
        var (from, to, by) = Bounds(items.Count, start, stop, step ?? 1);
        var picked = new List<T>();
        for (var at = from; by > 0 ? at < to : at > to; at += by)
        {
            picked.Add(items[(int)at]);
        }

        return picked;
    }

    private static (long From, long To, long Step) Bounds(int count, long? start, long? stop, long step)
    {
        if (step == 0)
        {
            throw new TemplateFault("a slice's step is zero");
        }

        step = Math.Clamp(step, -int.MaxValue, int.MaxValue);
        var (least, most) = step > 0 ? (0L, (long)count) : (-1L, count - 1L);
        return (Clamped(start, step > 0 ? least : most), Clamped(stop, step > 0 ? most : least), step);

        long Clamped(long? bound, long fallback) =>
            bound is { } given ? Math.Clamp(given < 0 ? Math.Max(given, -count - 1L) + count : given, least, most) : fallback;
    }

    private static Undefined Missing(object? owner, string name) => new($"{Python.TypeName(owner)} has no attribute '{name}'");

    private static void RefuseInternals(string name)
    {
        if (name.StartsWith('_'))
        {
            throw new TemplateFault($"the attribute '{name}' is not accessible");
        }
    }
}
