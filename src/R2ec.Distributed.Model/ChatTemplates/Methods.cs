namespace R2ec.Distributed.Model.ChatTemplates;

/// <summary>Methods of strings, lists and dicts. One that Python has and this does not is a fault, not an undefined value.</summary>
internal static class Methods
{
    private static readonly HashSet<string> OfStrings =
    [
        "casefold", "center", "encode", "expandtabs", "format", "format_map", "isascii", "isdecimal", "isidentifier", "isnumeric", "isprintable", "istitle",
        "ljust", "maketrans", "rjust", "swapcase", "translate", "zfill",
    ];

    private static readonly HashSet<string> OfSequences = ["append", "clear", "copy", "extend", "insert", "pop", "remove", "reverse", "sort"];

    private static readonly HashSet<string> OfDicts = ["clear", "copy", "fromkeys", "pop", "popitem", "setdefault", "update"];

    private static readonly HashSet<string> OfNumbers =
    [
        "as_integer_ratio", "bit_count", "bit_length", "conjugate", "denominator", "fromhex", "from_bytes", "hex", "imag", "is_integer", "numerator", "real", "to_bytes",
    ];

    /// <summary>The method, or null where Python has none of this name.</summary>
    public static Callable? Find(object? owner, string name, TemplateLimits limits)
    {
        Func<Arguments, object?>? body = owner switch
        {
            string text => StringMethods.Find(text, name, limits),
            Mapping mapping => OfMapping(mapping, name),
            Sequence { Kind: not SequenceKind.Iterator } sequence => OfSequence(sequence, name),
            _ => null,
        };
        if (body is not null)
        {
            return new(name, body);
        }

        var unsupported = owner switch
        {
            string => OfStrings,
            Mapping => OfDicts,
            Sequence => OfSequences,
            long or double or bool => OfNumbers,
            _ => [],
        };
        return unsupported.Contains(name) ? throw new TemplateFault($"the method '{name}' of {Python.TypeName(owner)} is not supported") : null;
    }

    private static Func<Arguments, object?>? OfMapping(Mapping mapping, string name) => name switch
    {
        "get" => arguments =>
        {
            var key = arguments.Take("key");
            var fallback = arguments.Take("default", null);
            return key is string text && mapping.TryGet(text, out var value) ? value : fallback;
        },
        "items" => _ => Sequence.Iterator(mapping.Items.Select(item => Sequence.Tuple(item.Key, item.Value))),
        "keys" => _ => Sequence.Iterator(mapping.Keys),
        "values" => _ => Sequence.Iterator(mapping.Items.Select(item => item.Value)),
        _ => null,
    };

    private static Func<Arguments, object?>? OfSequence(Sequence sequence, string name) => name switch
    {
        "count" => arguments =>
        {
            var value = arguments.Take("value");
            return (long)sequence.Items.Count(item => Python.AreEqual(item, value));
        },
        "index" => arguments =>
        {
            var value = arguments.Take("value");
            var index = sequence.Items.ToList().FindIndex(item => Python.AreEqual(item, value));
            return index >= 0 ? (long)index : throw new TemplateFault("index(): the value is not in the list");
        },
        _ => null,
    };
}
