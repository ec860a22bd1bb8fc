namespace R2ec.Distributed.Model.ChatTemplates;

/// <summary>Operators with the meaning that Python gives them; integers that leave 64 bits are a fault.</summary>
internal static class Operators
{
    public static object? Unary(string sign, object? operand) => (sign, operand) switch
    {
        ("not", _) => !Python.IsTrue(operand),
        ("-", double number) => -number,
        ("+", double number) => number,
        ("-", long or bool) => Exact(() => -Python.Integer(operand)),
        ("+", long or bool) => Python.Integer(operand),
        _ => throw new TemplateFault($"'{sign}' does not apply to {Python.Describe(operand)}"),
    };

    public static bool Compare(string sign, object? left, object? right) => sign switch
    {
        "==" => Python.AreEqual(left, right),
        "!=" => !Python.AreEqual(left, right),
        "<" => Python.Compare(left, right) < 0,
        "<=" => Python.Compare(left, right) <= 0,
        ">" => Python.Compare(left, right) > 0,
        ">=" => Python.Compare(left, right) >= 0,
        "in" => Python.Contains(right, left),
        "not in" => !Python.Contains(right, left),
        _ => throw new TemplateFault($"the comparison '{sign}' is not supported"),
    };

    public static object? Binary(string sign, object? left, object? right, TemplateLimits limits)
    {
        if (sign == "~")
        {
            return Joined(Python.Text(left), Python.Text(right), limits);
        }

        if (Python.IsNumber(left) && Python.IsNumber(right))
        {
            return left is double || right is double || sign == "/" || (sign == "**" && Python.Number(right) < 0)
                ? Float(sign, Python.Number(left), Python.Number(right))
                : (object)Exact(() => Integer(sign, Python.Integer(left), Python.Integer(right)));
        }

        return (sign, left, right) switch
        {
            ("+", string a, string b) => Joined(a, b, limits),
            ("+", Sequence { Kind: not SequenceKind.Iterator } a, Sequence b) when a.Kind == b.Kind => Joined(a, b, limits),
            ("*", string text, long or bool) => Repeated(text, Python.Integer(right), limits),
            ("*", long or bool, string text) => Repeated(text, Python.Integer(left), limits),
            _ => throw new TemplateFault($"'{sign}' does not apply to {Python.Describe(left)} and {Python.Describe(right)}"),
        };
    }

    private static string Joined(string left, string right, TemplateLimits limits)
    {
        limits.Text((long)left.Length + right.Length);
        return left + right;
    }

    private static Sequence Joined(Sequence left, Sequence right, TemplateLimits limits)
    {
        TemplateLimits.Items((long)left.Items.Count + right.Items.Count);
        limits.Text(left.Items.Count + right.Items.Count);
        return new(left.Kind, [.. left.Items, .. right.Items]);
    }

    private static string Repeated(string text, long count, TemplateLimits limits)
    {
        if (count <= 0 || text.Length == 0)
        {
            return "";
        }

        limits.Text(Math.Min(count, int.MaxValue) * text.Length);
        return string.Concat(Enumerable.Repeat(text, (int)count));
    }

    private static long Integer(string sign, long left, long right) => sign switch
    {
        "+" => checked(left + right),
        "-" => checked(left - right),
        "*" => checked(left * right),
        "//" => right == 0 ? throw DivisionByZero() : checked(left / right) - (left % right != 0 && left < 0 != right < 0 ? 1 : 0),
        "%" => right == 0 ? throw DivisionByZero() : right == -1 ? 0L : ((left % right) + right) % right,
        "**" => Power(left, right),
        _ => throw new TemplateFault($"the operator '{sign}' is not supported"),
    };

    private static long Power(long value, long exponent)
    {
        if (value is 0 or 1 or -1)
        {
            return exponent == 0 || value == 1 ? 1 : value == 0 ? 0 : exponent % 2 == 0 ? 1 : -1;
        }

        var power = 1L;
        for (var i = 0L; i < exponent; i++)
        {
            power = checked(power * value);
        }

        return power;
    }

    private static double Float(string sign, double left, double right) => sign switch
    {
        "+" => left + right,
        "-" => left - right,
        "*" => left * right,
        "/" => right == 0 ? throw DivisionByZero() : left / right,
        "//" => right == 0 ? throw DivisionByZero() : Math.Floor(left / right),
        "%" => right == 0 ? throw DivisionByZero() : left - (right * Math.Floor(left / right)),
        "**" => Math.Pow(left, right),
        _ => throw new TemplateFault($"the operator '{sign}' is not supported"),
    };

    private static long Exact(Func<long> calculate)
    {
        try
        {
            return calculate();
        }
        catch (OverflowException)
        {
            throw new TemplateFault("an integer grows beyond 64 bits");
        }
    }

    private static TemplateFault DivisionByZero() => new("a division by zero");
}
