namespace R2ec.Distributed.Model.ChatTemplates;

/// <summary>Jinja's tests: what stands behind 'is'.</summary>
internal static class Checks
{
    public static bool Apply(string name, object? value, Arguments arguments)
    {
        var holds = Holds(name, value, arguments);
        arguments.Done();
        return holds;
    }

    /// <summary>Whether a text has cased characters, all of them in one case.</summary>
    public static bool IsCased(string text, bool upper)
    {
        var same = upper ? PythonText.Upper(text) : PythonText.Lower(text);
        var other = upper ? PythonText.Lower(text) : PythonText.Upper(text);
        return text == same && text != other;
    }

    private static bool Holds(string name, object? value, Arguments arguments) => name switch
    {
        "defined" => value is not Undefined,
        "undefined" => value is Undefined,
        "none" => value is null,
        "string" => value is string,
        "mapping" => value is Mapping,
        "sequence" => value is string or Mapping or Undefined or Sequence { Kind: not SequenceKind.Iterator },
        "iterable" => value is string or Mapping or Undefined or Sequence,
        "number" => Python.IsNumber(value),
        "integer" => value is long,
        "float" => value is double,
        "boolean" => value is bool,
        "true" => value is true,
        "false" => value is false,
        "callable" => value is Callable,
        "odd" => Remainder(value, 2) == 1,
        "even" => Remainder(value, 2) == 0,
        "divisibleby" => Remainder(value, arguments.TakeInteger("num", 0)) == 0,
        "eq" or "equalto" or "==" => Python.AreEqual(value, arguments.Take("other")),
        "ne" or "!=" => !Python.AreEqual(value, arguments.Take("other")),
        "lt" or "lessthan" or "<" => Python.Compare(value, arguments.Take("other")) < 0,
        "le" or "<=" => Python.Compare(value, arguments.Take("other")) <= 0,
        "gt" or "greaterthan" or ">" => Python.Compare(value, arguments.Take("other")) > 0,
        "ge" or ">=" => Python.Compare(value, arguments.Take("other")) >= 0,
        "in" => Python.Contains(arguments.Take("seq"), value),
        "lower" => IsCased(Python.Text(value), upper: false),
        "upper" => IsCased(Python.Text(value), upper: true),
        _ => throw new TemplateFault($"the test '{name}' is not supported"),
    };

    private static long Remainder(object? value, long divisor) =>
        value is not (long or bool) ? throw new TemplateFault($"this test needs an integer, not {Python.Describe(value)}")
        : divisor == 0 ? throw new TemplateFault("a division by zero")
        : Math.Abs(Python.Integer(value) % divisor);
}
