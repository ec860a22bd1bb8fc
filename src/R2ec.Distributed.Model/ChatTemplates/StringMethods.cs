namespace R2ec.Distributed.Model.ChatTemplates;

/// <summary>Methods of str.</summary>
internal static class StringMethods
{
    public static Func<Arguments, object?>? Find(string text, string name, TemplateLimits limits) => name switch
    {
        "strip" => arguments => PythonText.Strip(text, arguments.TakeTextOrNone("chars"), start: true, end: true),
        "lstrip" => arguments => PythonText.Strip(text, arguments.TakeTextOrNone("chars"), start: true, end: false),
        "rstrip" => arguments => PythonText.Strip(text, arguments.TakeTextOrNone("chars"), start: false, end: true),
        "split" => arguments => Split(text, arguments),
        "rsplit" => arguments => SplitFromEnd(text, arguments),
        "splitlines" => arguments => Sequence.List(PythonText.Lines(text, arguments.TakeFlag("keepends"))),
        "partition" => arguments => Partition(text, arguments.TakeText("sep"), fromEnd: false),
        "rpartition" => arguments => Partition(text, arguments.TakeText("sep"), fromEnd: true),
        "startswith" => arguments => Affix(arguments, affix => text.StartsWith(affix, StringComparison.Ordinal)),
        "endswith" => arguments => Affix(arguments, affix => text.EndsWith(affix, StringComparison.Ordinal)),
        "removeprefix" => arguments => arguments.TakeText("prefix") is var prefix && text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : text,
        "removesuffix" => arguments => arguments.TakeText("suffix") is var suffix && text.EndsWith(suffix, StringComparison.Ordinal) ? text[..^suffix.Length] : text,
        "replace" => arguments => Replace(text, arguments.TakeText("old"), arguments.TakeText("new"), arguments.TakeInteger("count", -1), limits),
        "upper" => _ => PythonText.Upper(text),
        "lower" => _ => PythonText.Lower(text),
        "title" => _ => PythonText.Title(text),
        "capitalize" => _ => PythonText.Capitalize(text),
        "find" => arguments => PythonText.Place(text, text.IndexOf(arguments.TakeText("sub"), StringComparison.Ordinal)),
        "rfind" => arguments => PythonText.Place(text, LastIndexOf(text, arguments.TakeText("sub"))),
        "index" => arguments => text.IndexOf(arguments.TakeText("sub"), StringComparison.Ordinal) is var at and >= 0
            ? PythonText.Place(text, at) : throw new TemplateFault("index(): the text is not in the string"),
        "rindex" => arguments => LastIndexOf(text, arguments.TakeText("sub")) is var at and >= 0
            ? PythonText.Place(text, at) : throw new TemplateFault("rindex(): the text is not in the string"),
        "count" => arguments => Count(text, arguments.TakeText("sub")),
        "join" => arguments => Join(text, Python.Iterate(arguments.Take("iterable")), limits),
        "isdigit" => _ => AllAre(text, char.IsAsciiDigit),
        "isalpha" => _ => AllAre(text, char.IsAsciiLetter),
        "isalnum" => _ => AllAre(text, char.IsAsciiLetterOrDigit),
        "isspace" => _ => text.Length > 0 && text.All(PythonText.IsSpace),
        "isupper" => _ => Checks.IsCased(text, upper: true),
        "islower" => _ => Checks.IsCased(text, upper: false),
        _ => null,
    };

    public static string Replace(string text, string old, string replacement, long count, TemplateLimits limits)
    {
        if (count == 0)
        {
            return text;
        }

        if (old.Length == 0)
        {
            throw new TemplateFault("replace() of an empty string is not supported");
        }

        var found = count < 0 ? Count(text, old) : Math.Min(count, Count(text, old));
        limits.Text(text.Length + (found * (replacement.Length - (long)old.Length)));
        if (count < 0)
        {
            return text.Replace(old, replacement, StringComparison.Ordinal);
        }

        return string.Join(replacement, Cut(text, old, count));
    }

    public static string Join(string separator, IReadOnlyList<object?> items, TemplateLimits limits)
    {
        var texts = items.Select(item => item as string ?? throw new TemplateFault($"join() needs strings, not {Python.Describe(item)}")).ToList();
        limits.Text(texts.Sum(text => (long)text.Length + separator.Length));
        return string.Join(separator, texts);
    }

    private static Sequence Split(string text, Arguments arguments)
    {
        var separator = Separator(arguments);
        var limit = arguments.TakeInteger("maxsplit", -1);
        return Sequence.List(separator is null ? PythonText.Words(text, limit) : Cut(text, separator, limit));
    }

    private static Sequence SplitFromEnd(string text, Arguments arguments)
    {
        var separator = Separator(arguments);
        var limit = arguments.TakeInteger("maxsplit", -1);
        if (separator is null)
        {
            return limit < 0 ? Sequence.List(PythonText.Words(text, limit)) : throw new TemplateFault("rsplit() with a limit needs a separator here");
        }

        var pieces = new List<string>();
        var end = text.Length;
        while (limit < 0 || pieces.Count < limit)
        {
            var at = LastIndexOf(text[..end], separator);
            if (at < 0)
            {
                break;
            }

            pieces.Add(text[(at + separator.Length)..end]);
            end = at;
        }

        pieces.Add(text[..end]);
        pieces.Reverse();
        return Sequence.List(pieces);
    }

    private static string? Separator(Arguments arguments) =>
        arguments.TakeTextOrNone("sep") is var separator && separator?.Length == 0 ? throw new TemplateFault("a split needs a separator that is not empty") : separator;

    private static List<string> Cut(string text, string separator, long limit)
    {
        var pieces = new List<string>();
        var start = 0;
        for (var at = text.IndexOf(separator, StringComparison.Ordinal); at >= 0 && (limit < 0 || pieces.Count < limit);)
        {
            pieces.Add(text[start..at]);
            start = at + separator.Length;
            at = text.IndexOf(separator, start, StringComparison.Ordinal);
        }

        pieces.Add(text[start..]);
        return pieces;
    }

    private static Sequence Partition(string text, string separator, bool fromEnd)
    {
        var at = separator.Length == 0 ? throw new TemplateFault("partition() needs a separator")
            : fromEnd ? LastIndexOf(text, separator) : text.IndexOf(separator, StringComparison.Ordinal);
        return at >= 0 ? Sequence.Tuple(text[..at], separator, text[(at + separator.Length)..])
            : fromEnd ? Sequence.Tuple("", "", text) : Sequence.Tuple(text, "", "");
    }

    private static bool Affix(Arguments arguments, Func<string, bool> holds) => arguments.Take("affix") switch
    {
        string affix => holds(affix),
        Sequence { Kind: SequenceKind.Tuple } affixes when affixes.Items.All(affix => affix is string) => affixes.Items.Any(affix => holds((string)affix!)),
        var other => throw new TemplateFault($"{arguments.Owner} needs a string or a tuple of strings, not {Python.Describe(other)}"),
    };

    private static int LastIndexOf(string text, string part) => text.AsSpan().LastIndexOf(part);

    private static long Count(string text, string part) => part.Length == 0 ? PythonText.Length(text) + 1 : text.AsSpan().Count(part);

    /// <summary>Python's tables for other scripts are not at hand.</summary>
    private static bool AllAre(string text, Func<char, bool> kind) => text.All(char.IsAscii)
        ? text.Length > 0 && text.All(kind)
        : throw new TemplateFault("the kinds of characters beyond ASCII are not supported");
}
