using System.Globalization;

namespace R2ec.Distributed.Model.ChatTemplates;

/// <summary>Jinja's filters.</summary>
internal static class Filters
{
    public static object? Apply(string name, object? value, Arguments arguments, TemplateLimits limits)
    {
        var result = Result(name, value, arguments, limits);
        arguments.Done();
        return result;
    }

    private static object? Result(string name, object? value, Arguments arguments, TemplateLimits limits) => name switch
    {
        "trim" => PythonText.Strip(Python.Text(value), arguments.TakeTextOrNone("chars"), start: true, end: true),
        "tojson" => JsonText.Filter(value, arguments),
        "length" or "count" => Length(value),
        "upper" => PythonText.Upper(Python.Text(value)),
        "lower" => PythonText.Lower(Python.Text(value)),
        "capitalize" => PythonText.Capitalize(Python.Text(value)),
        "title" => Title(Python.Text(value)),
        "string" => Python.Text(value),
        "safe" => Python.Text(value),
        "first" => Python.Iterate(value) is [var first, ..] ? first : new Undefined("there is no first item"),
        "last" => Python.Iterate(value) is [.., var last] ? last : new Undefined("there is no last item"),
        "join" => Join(value, arguments, limits),
        "default" or "d" => Default(value, arguments),
        "list" => Sequence.List(Python.Iterate(value)),
        "items" => value is Mapping or Undefined
            ? Sequence.Iterator(value is Mapping mapping ? mapping.Items.Select(item => Sequence.Tuple(item.Key, item.Value)) : [])
            : throw new TemplateFault($"the filter 'items' needs a dict, not {Python.TypeName(value)}"),
        "replace" => StringMethods.Replace(
            Python.Text(value), Python.Text(arguments.Take("old")), Python.Text(arguments.Take("new")), arguments.TakeInteger("count", -1), limits),
        "reverse" => value is string text
            ? string.Concat(PythonText.Characters(text).AsEnumerable().Reverse())
            : Sequence.Iterator(Python.Iterate(value).Reverse()),
        "sort" => Sort(value, arguments, limits),
        "unique" => Unique(value),
        "map" => Map(value, arguments, limits),
        "select" => Select(value, arguments, keep: true),
        "reject" => Select(value, arguments, keep: false),
        "selectattr" => SelectAttribute(value, arguments, keep: true, limits),
        "rejectattr" => SelectAttribute(value, arguments, keep: false, limits),
        "int" => Integer(value, arguments),
        "float" => Float(value, arguments),
        "abs" => value is double number ? Math.Abs(number) : Python.Compare(value, 0L) < 0 ? Operators.Unary("-", value) : Operators.Unary("+", value),
        "indent" => Indent(Python.Text(value), arguments, limits),
        _ => throw new TemplateFault($"the filter '{name}' is not supported"),
    };

    private static long Length(object? value) => value switch
    {
        string text => PythonText.Length(text),
        Sequence sequence => sequence.Items.Count,
        Mapping mapping => mapping.Count,
        Undefined => 0,
        _ => throw new TemplateFault($"{Python.TypeName(value)} has no length"),
    };

    private static string Title(string text)
    {
        var characters = PythonText.Lower(text).ToCharArray();
        for (var i = 0; i < characters.Length; i++)
        {
            if (i == 0 || PythonText.IsSpace(characters[i - 1]) || characters[i - 1] is '-' or '(' or '{' or '[' or '<')
            {
                characters[i] = char.ToUpperInvariant(characters[i]);
            }
        }

        return new(characters);
    }

    private static string Join(object? value, Arguments arguments, TemplateLimits limits)
    {
        var separator = Python.Text(arguments.Take("d", ""));
        var attribute = arguments.TakeTextOrNone("attribute");
        var items = Python.Iterate(value).Select(item => attribute is null ? item : Members.Path(item, attribute, limits));
        return StringMethods.Join(separator, [.. items.Select(Python.Text)], limits);
    }

    private static object? Default(object? value, Arguments arguments)
    {
        var fallback = arguments.Take("default_value", "");
        var alsoFalse = arguments.TakeFlag("boolean");
        return value is Undefined || (alsoFalse && !Python.IsTrue(value)) ? fallback : value;
    }

    private static Sequence Sort(object? value, Arguments arguments, TemplateLimits limits)
    {
        var reverse = arguments.TakeFlag("reverse");
        var caseSensitive = arguments.TakeFlag("case_sensitive");
        var attribute = arguments.TakeTextOrNone("attribute");
        var order = Comparer<object?>.Create((left, right) => Python.Compare(left, right));
        object? Key(object? item)
        {
            var key = attribute is null ? item : Members.Path(item, attribute, limits);
            return key is string text && !caseSensitive ? PythonText.Lower(text) : key;
        }

        var items = Python.Iterate(value).Select(item => (Item: item, Key: Key(item))).ToList();
        foreach (var item in items)
        {
            Python.Compare(items[0].Key, item.Key);
        }

        return Sequence.List((reverse ? items.OrderByDescending(item => item.Key, order) : items.OrderBy(item => item.Key, order)).Select(item => item.Item));
    }

    private static Sequence Unique(object? value)
    {
        var items = Python.Iterate(value);
        if (items.Any(item => item is not string))
        {
            throw new TemplateFault("the filter 'unique' is supported for strings only");
        }

        return Sequence.Iterator(items.DistinctBy(item => PythonText.Lower((string)item!)));
    }

    private static Sequence Map(object? value, Arguments arguments, TemplateLimits limits)
    {
        if (arguments.HasNamed("attribute"))
        {
            var fallback = arguments.HasNamed("default");
            var named = arguments.AllNamed();
            var path = named["attribute"] as string ?? throw new TemplateFault("map: 'attribute' must be a string");
            return Sequence.Iterator(Python.Iterate(value).Select(item =>
                Members.Path(item, path, limits) is var found && found is Undefined && fallback ? named["default"] : found));
        }

        var filter = arguments.TakeText("filter");
        var positional = arguments.AllPositional().Skip(1).ToList();
        var rest = arguments.AllNamed();
        return Sequence.Iterator(Python.Iterate(value).Select(item => Apply(filter, item, new($"the filter '{filter}'", positional, rest), limits)));
    }

    private static Sequence Select(object? value, Arguments arguments, bool keep)
    {
        var test = arguments.TakeTextOrNone("test");
        var holds = Test(test, arguments);
        return Sequence.Iterator(Python.Iterate(value).Where(item => holds(item) == keep));
    }

    private static Sequence SelectAttribute(object? value, Arguments arguments, bool keep, TemplateLimits limits)
    {
        var path = arguments.TakeText("attribute");
        var test = arguments.TakeTextOrNone("test");
        var holds = Test(test, arguments);
        return Sequence.Iterator(Python.Iterate(value).Where(item => holds(Members.Path(item, path, limits)) == keep));
    }

    private static Func<object?, bool> Test(string? name, Arguments arguments)
    {
        if (name is null)
        {
            return Python.IsTrue;
        }

        var places = arguments.Places;
        var positional = arguments.AllPositional().Skip(places).ToList();
        var named = arguments.AllNamed();
        return item => Checks.Apply(name, item, new($"the test '{name}'", positional, named));
    }

    private static object? Integer(object? value, Arguments arguments)
    {
        var fallback = arguments.Take("default", 0L);
        return value switch
        {
            long or bool => Python.Integer(value),
            double number when Math.Abs(number) < 9e18 => (long)number,
            string text when long.TryParse(PythonText.Strip(text, null, true, true), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => whole,
            string text when TryFloat(text, out var number) && Math.Abs(number) < 9e18 => (long)number,
            _ => fallback,
        };
    }

    private static object? Float(object? value, Arguments arguments)
    {
        var fallback = arguments.Take("default", 0.0);
        return Python.IsNumber(value) ? Python.Number(value) : value is string text && TryFloat(text, out var number) ? number : fallback;
    }

    private static bool TryFloat(string text, out double number) =>
        double.TryParse(PythonText.Strip(text, null, true, true), NumberStyles.Float & ~NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);

    private static string Indent(string text, Arguments arguments, TemplateLimits limits)
    {
        var width = arguments.Take("width", 4L);
        var first = arguments.TakeFlag("first");
        var blank = arguments.TakeFlag("blank");
        var prefix = width as string ?? (string)Operators.Binary("*", " ", width, limits)!;
        var lines = PythonText.Lines(text + "\n", keepEnds: false);
        limits.Text(text.Length + ((long)lines.Count * prefix.Length));
        return string.Join('\n', lines.Select((line, i) => (i == 0 ? first : blank || line.Length > 0) ? prefix + line : line));
    }
}
