using System.Globalization;

namespace R2ec.Distributed.Model.ChatTemplates;

/// <summary>The functions that transformers gives to a template, and Jinja's own.</summary>
internal static class Functions
{
    public static void AddTo(Scope scope, TimeProvider? clock)
    {
        scope["range"] = new Callable("range", Range);
        scope["dict"] = new Callable("dict", arguments =>
        {
            var mapping = new Mapping();
            foreach (var (name, value) in arguments.AllNamed())
            {
                mapping.Set(name, value);
            }

            return mapping;
        });
        scope["namespace"] = new Callable("namespace", arguments =>
        {
            var values = new Namespace();
            foreach (var (name, value) in arguments.AllNamed())
            {
                values.Attributes[name] = value;
            }

            return values;
        });
        scope["raise_exception"] = new Callable("raise_exception", arguments => throw new TemplateFault(Python.Text(arguments.Take("message"))));
        scope["strftime_now"] = new Callable("strftime_now", arguments => Now(arguments.TakeText("format"), clock));
    }

    private static Sequence Range(Arguments arguments)
    {
        var bounds = arguments.AllPositional().Select(bound => bound is long or bool
            ? Python.Integer(bound)
            : throw new TemplateFault($"range() needs integers, not {Python.Describe(bound)}")).ToArray();
        var (start, stop, step) = bounds switch
        {
            [var one] => (0L, one, 1L),
            [var from, var to] => (from, to, 1L),
            [var from, var to, var by] when by != 0 => (from, to, by),
            _ => throw new TemplateFault("range() takes one to three integers, the third not zero"),
        };
        var span = step > 0 ? (decimal)stop - start : (decimal)start - stop;
        var count = span <= 0 ? 0 : decimal.Ceiling(span / Math.Abs((decimal)step));
        TemplateLimits.Items((long)Math.Min(count, int.MaxValue));
        return Sequence.Iterator(Enumerable.Range(0, (int)count).Select(i => (object?)(start + (i * step))));
    }

    /// <summary>The date in a prompt is that of the clock that the caller gave: without one, a template that asks for it is refused.</summary>
    private static string Now(string format, TimeProvider? clock)
    {
        var now = clock?.GetLocalNow() ?? throw new TemplateFault("the template asks for the date (strftime_now), so its prompts would change from day to day; no clock was given");
        var text = new System.Text.StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            text.Append(format[i] == '%' && i + 1 < format.Length ? Directive(now, format[++i]) : format[i].ToString());
        }

        return text.ToString();
    }

    private static string Directive(DateTimeOffset now, char directive)
    {
        var pattern = directive switch
        {
            'd' => "dd",
            'm' => "MM",
            'y' => "yy",
            'Y' => "yyyy",
            'b' => "MMM",
            'B' => "MMMM",
            'a' => "ddd",
            'A' => "dddd",
            'H' => "HH",
            'I' => "hh",
            'M' => "mm",
            'S' => "ss",
            'p' => "tt",
            'F' => "yyyy-MM-dd",
            'T' => "HH:mm:ss",
            '%' => "\\%",
            'j' => null,
            _ => throw new TemplateFault($"strftime_now: '%{directive}' is not supported"),
        };
        return pattern is null ? now.DayOfYear.ToString("000", CultureInfo.InvariantCulture) : now.ToString(pattern, CultureInfo.InvariantCulture);
    }
}
