namespace R2ec.Distributed.Model.ChatTemplates;

/// <summary>The evaluated arguments of one call. Whoever takes them ends with <see cref="Done"/>, so that none goes unseen.</summary>
internal sealed class Arguments(string owner, IReadOnlyList<object?> positional, IReadOnlyDictionary<string, object?> named)
{
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private int _places;

    public string Owner => owner;

    /// <summary>Takes the next parameter, given by place or by name.</summary>
    public object? Take(string name, object? fallback)
    {
        _taken.Add(name);
        if (_places++ < positional.Count)
        {
            return named.ContainsKey(name) ? throw new TemplateFault($"{owner} gets '{name}' twice") : positional[_places - 1];
        }

        return named.GetValueOrDefault(name, fallback);
    }

    public object? Take(string name)
    {
        var missing = new Undefined(name);
        var value = Take(name, missing);
        return ReferenceEquals(value, missing) ? throw new TemplateFault($"{owner} needs the argument '{name}'") : value;
    }

    public string TakeText(string name) => Text(Take(name), name);

    public string? TakeTextOrNone(string name) => Take(name, null) is { } value ? Text(value, name) : null;

    public long TakeInteger(string name, long fallback) => Take(name, fallback) switch
    {
        long value => value,
        bool value => value ? 1 : 0,
        var value => throw new TemplateFault($"{owner}: '{name}' must be an integer, not {Python.TypeName(value)}"),
    };

    public bool TakeFlag(string name) => Python.IsTrue(Take(name, false));

    public IReadOnlyList<object?> AllPositional()
    {
        _places = positional.Count;
        return positional;
    }

    public IReadOnlyDictionary<string, object?> AllNamed()
    {
        _taken.UnionWith(named.Keys);
        return named;
    }

    public bool HasNamed(string name) => named.ContainsKey(name);

    /// <summary>How many parameters were taken.</summary>
    public int Places => Math.Min(_places, positional.Count);

    public void Done()
    {
        if (_places < positional.Count)
        {
            throw new TemplateFault($"{owner} takes at most {_places} arguments here, not {positional.Count}");
        }

        if (named.Keys.FirstOrDefault(name => !_taken.Contains(name)) is { } unknown)
        {
            throw new TemplateFault($"{owner} has no argument '{unknown}' here");
        }
    }

    private string Text(object? value, string name) =>
        value as string ?? throw new TemplateFault($"{owner}: '{name}' must be a string, not {Python.TypeName(value)}");
}
