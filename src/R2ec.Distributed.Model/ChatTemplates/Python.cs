using System.Globalization;
using System.Text;

namespace R2ec.Distributed.Model.ChatTemplates;

/// <summary>What Python does with values: truth, equality, order, membership, printing.</summary>
internal static class Python
{
    public static string TypeName(object? value) => value switch
    {
        null => "None",
        Undefined => "an undefined value",
        bool => "a bool",
        long => "an integer",
        double => "a float",
        string => "a string",
        Sequence { Kind: SequenceKind.List } => "a list",
        Sequence { Kind: SequenceKind.Tuple } => "a tuple",
        Sequence => "an iterator",
        Mapping => "a dict",
        Namespace => "a namespace",
        Loop => "a loop",
        _ => "a function",
    };

    public static bool IsTrue(object? value) => value switch
    {
        null or Undefined => false,
        bool flag => flag,
        long number => number != 0,
        double number => number != 0,
        string text => text.Length > 0,
        Sequence { Kind: not SequenceKind.Iterator } sequence => sequence.Items.Count > 0,
        Mapping mapping => mapping.Count > 0,
        _ => true,
    };

    public static bool AreEqual(object? left, object? right, int depth = 0)
    {
        TemplateLimits.Nesting(depth);
        return (left, right) switch
        {
            (null, null) or (Undefined, Undefined) => true,
            (string a, string b) => a == b,
            (Sequence a, Sequence b) when a.Kind == b.Kind && a.Kind != SequenceKind.Iterator =>
                a.Items.Count == b.Items.Count && a.Items.Zip(b.Items).All(pair => AreEqual(pair.First, pair.Second, depth + 1)),
            (Mapping a, Mapping b) =>
                a.Count == b.Count && a.Items.All(item => b.TryGet(item.Key, out var other) && AreEqual(item.Value, other, depth + 1)),
            _ when IsNumber(left) && IsNumber(right) =>
                left is double || right is double ? Number(left).Equals(Number(right)) && !double.IsNaN(Number(left)) : Integer(left) == Integer(right),
            _ => ReferenceEquals(left, right),
        };
    }

    /// <summary>Less than zero, zero or more, as left stands to right.</summary>
    public static int Compare(object? left, object? right, int depth = 0)
    {
        TemplateLimits.Nesting(depth);
        switch (left, right)
        {
            case (string a, string b):
                return CompareCodePoints(a, b);
            case (Sequence a, Sequence b) when a.Kind == b.Kind && a.Kind != SequenceKind.Iterator:
                var at = a.Items.Zip(b.Items).TakeWhile(pair => AreEqual(pair.First, pair.Second, depth + 1)).Count();
                return at == a.Items.Count || at == b.Items.Count ? a.Items.Count.CompareTo(b.Items.Count) : Compare(a.Items[at], b.Items[at], depth + 1);
            case var _ when IsNumber(left) && IsNumber(right):
                return left is double || right is double ? Number(left).CompareTo(Number(right)) : Integer(left).CompareTo(Integer(right));
            default:
                throw new TemplateFault($"{Describe(left)} and {Describe(right)} have no order");
        }
    }

    public static bool Contains(object? container, object? value) => container switch
    {
        string text => value is string part
            ? text.Contains(part, StringComparison.Ordinal)
            : throw new TemplateFault($"'in' a string needs a string, not {Describe(value)}"),
        Sequence sequence => sequence.Items.Any(item => AreEqual(item, value)),
        Mapping mapping => value is string key && mapping.TryGet(key, out _),
        Undefined => false,
        _ => throw new TemplateFault($"{Describe(container)} contains nothing"),
    };

    /// <summary>The items that a loop over a value goes through.</summary>
    public static IReadOnlyList<object?> Iterate(object? value) => value switch
    {
        Sequence sequence => sequence.Items,
        string text => PythonText.Characters(text),
        Mapping mapping => [.. mapping.Keys],
        Undefined => [],
        _ => throw new TemplateFault($"{Describe(value)} has no items to go through"),
    };

    /// <summary>str(value).</summary>
    public static string Text(object? value) => value switch
    {
        string text => text,
        Undefined => "",
        _ => Repr(value, 0),
    };

    public static bool IsNumber(object? value) => value is long or double or bool;

    public static double Number(object? value) => value switch { double number => number, long number => number, _ => (bool)value! ? 1 : 0 };

    public static long Integer(object? value) => value is long number ? number : (bool)value! ? 1 : 0;

    /// <summary>A value's type, or what is missing where it is undefined, for a message.</summary>
    public static string Describe(object? value) => value is Undefined undefined ? $"an undefined value ({undefined.What})" : TypeName(value);

    public static string Repr(object? value, int depth)
    {
        TemplateLimits.Nesting(depth);
        switch (value)
        {
            case null:
                return "None";
            case Undefined:
                return "Undefined";
            case bool flag:
                return flag ? "True" : "False";
            case long number:
                return number.ToString(CultureInfo.InvariantCulture);
            case double number:
                return Float(number);
            case string text:
                return Quoted(text);
            case Sequence { Kind: SequenceKind.List } list:
                return Bounded($"[{Joined(list.Items, depth)}]");
            case Sequence { Kind: SequenceKind.Tuple } tuple:
                return Bounded($"({Joined(tuple.Items, depth)}{(tuple.Items.Count == 1 ? "," : "")})");
            case Mapping mapping:
                return Bounded($"{{{string.Join(", ", mapping.Items.Select(item => $"{Quoted(item.Key)}: {Repr(item.Value, depth + 1)}"))}}}");
            default:
                throw new TemplateFault($"{TypeName(value)} cannot be written as text");
        }
    }

    /// <summary>Python's shortest form of a float.</summary>
    public static string Float(double value)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }

        var scientific = value.ToString("E16", CultureInfo.InvariantCulture);
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var exponent = value == 0 ? 0 : int.Parse(scientific.AsSpan(scientific.IndexOf('E') + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var digits = shortest.Split('E')[0].Replace(".", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).TrimStart('0').TrimEnd('0');
        var sign = double.IsNegative(value) ? "-" : "";
        digits = digits.Length == 0 ? "0" : digits;
        if (exponent is < -4 or >= 16)
        {
            return $"{sign}{digits[0]}{(digits.Length > 1 ? "." + digits[1..] : "")}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }

        return exponent < 0
            ? $"{sign}0.{new string('0', -exponent - 1)}{digits}"
            : $"{sign}{digits.PadRight(exponent + 1, '0')[..(exponent + 1)]}.{(digits.Length > exponent + 1 ? digits[(exponent + 1)..] : "0")}";
    }

    private static string Joined(IReadOnlyList<object?> items, int depth) => string.Join(", ", items.Select(item => Repr(item, depth + 1)));

    private static string Bounded(string text) =>
        text.Length <= TemplateLimits.MaxOutput ? text : throw new TemplateFault($"the text grows beyond {TemplateLimits.MaxOutput} characters");

    private static int CompareCodePoints(string left, string right)
    {
        var at = left.AsSpan().CommonPrefixLength(right);
        if (at == left.Length || at == right.Length)
        {
            return left.Length.CompareTo(right.Length);
        }

        // In UTF-16 a surrogate stands below U+E000, the character that it is part of above.
        var (a, b) = (left[at], right[at]);
        return char.IsSurrogate(a) == char.IsSurrogate(b) ? a.CompareTo(b) : char.IsSurrogate(a) ? 1 : -1;
    }

    private static string Quoted(string text)
    {
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        var quoted = new StringBuilder().Append(quote);
        foreach (var rune in text.EnumerateRunes())
        {
            quoted.Append(rune.Value switch
            {
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                var value when value == quote => $"\\{quote}",
                var value when IsPrintable(rune) => rune.ToString(),
                < 0x100 => $"\\x{rune.Value:x2}",
                < 0x10000 => $"\\u{rune.Value:x4}",
                _ => $"\\U{rune.Value:x8}",
            });
        }

        return quoted.Append(quote).ToString();
    }

    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);
}
