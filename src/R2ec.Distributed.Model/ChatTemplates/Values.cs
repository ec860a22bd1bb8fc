namespace R2ec.Distributed.Model.ChatTemplates;

// A template's values: null (None), bool, long, double, string, and the types below.

/// <summary>A name, attribute or item that is not there. It prints as nothing and fails in most other uses.</summary>
internal sealed record Undefined(string What);

internal enum SequenceKind
{
    List,
    Tuple,

    /// <summary>What only its items can be taken from: ranges, the views of a dict, the results of lazy filters.</summary>
    Iterator,
}

internal sealed record Sequence(SequenceKind Kind, IReadOnlyList<object?> Items)
{
    public static Sequence List(IEnumerable<object?> items) => new(SequenceKind.List, [.. items]);

    public static Sequence Tuple(params object?[] items) => new(SequenceKind.Tuple, items);

    public static Sequence Iterator(IEnumerable<object?> items) => new(SequenceKind.Iterator, [.. items]);
}

/// <summary>A dict with keys that are strings, in order of insertion.</summary>
internal sealed class Mapping
{
    private readonly OrderedDictionary<string, object?> _items = new(StringComparer.Ordinal);

    public Mapping(params ReadOnlySpan<(string Key, object? Value)> items)
    {
        foreach (var (key, value) in items)
        {
            _items[key] = value;
        }
    }

    public int Count => _items.Count;

    public IEnumerable<string> Keys => _items.Keys;

    public IEnumerable<KeyValuePair<string, object?>> Items => _items;

    public bool TryGet(string key, out object? value) => _items.TryGetValue(key, out value);

    public void Set(string key, object? value) => _items[key] = value;
}

/// <summary>What namespace() makes: the one value that a template can change.</summary>
internal sealed class Namespace
{
    public Dictionary<string, object?> Attributes { get; } = new(StringComparer.Ordinal);
}

/// <summary>The variable loop of one pass.</summary>
internal sealed class Loop(IReadOnlyList<object?> items)
{
    private object? _changed = new();

    public int Index { get; set; }

    public object? Attribute(string name) => name switch
    {
        "index" => (long)Index + 1,
        "index0" => (long)Index,
        "revindex" => (long)items.Count - Index,
        "revindex0" => (long)items.Count - Index - 1,
        "first" => Index == 0,
        "last" => Index == items.Count - 1,
        "length" => (long)items.Count,
        "depth" => 1L,
        "depth0" => 0L,
        "previtem" => Index > 0 ? items[Index - 1] : new Undefined("there is no previous item"),
        "nextitem" => Index + 1 < items.Count ? items[Index + 1] : new Undefined("there is no next item"),
        "cycle" => new Callable("loop.cycle", Cycle),
        "changed" => new Callable("loop.changed", arguments => Changed(arguments)),
        _ => new Undefined($"'loop' has no attribute '{name}'"),
    };

    private object? Cycle(Arguments arguments)
    {
        var choices = arguments.AllPositional();
        return choices.Count > 0 ? choices[Index % choices.Count] : throw new TemplateFault("loop.cycle() without values");
    }

    private bool Changed(Arguments arguments)
    {
        var now = Sequence.Tuple([.. arguments.AllPositional()]);
        var changed = _changed is not Sequence before || !Python.AreEqual(before, now);
        _changed = now;
        return changed;
    }
}

/// <summary>A function, macro or method.</summary>
internal sealed record Callable(string Name, Func<Arguments, object?> Body);
