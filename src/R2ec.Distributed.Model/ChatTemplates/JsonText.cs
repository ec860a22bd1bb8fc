using System.Globalization;
using System.Text;

namespace R2ec.Distributed.Model.ChatTemplates;

/// <summary>json.dumps as transformers calls it from tojson: nothing escaped for HTML, other scripts as they are unless asked for.</summary>
internal sealed class JsonText(string? indent, string itemSeparator, string keySeparator, bool ensureAscii, bool sortKeys)
{
    private readonly StringBuilder _text = new();

    /// <summary>The filter tojson.</summary>
    public static string Filter(object? value, Arguments arguments)
    {
        var ensureAscii = arguments.TakeFlag("ensure_ascii");
        var indent = arguments.Take("indent", null) switch
        {
            null => null,
            string text => text,
            long width => Blanks(width),
            var other => throw new TemplateFault($"tojson: 'indent' must be an integer or a string, not {Python.TypeName(other)}"),
        };
        var separators = arguments.Take("separators", null);
        var sortKeys = arguments.TakeFlag("sort_keys");
        arguments.Done();
        var (items, keys) = separators switch
        {
            null => (indent is null ? ", " : ",", ": "),
            Sequence { Items: [string item, string key] } => (item, key),
            _ => throw new TemplateFault("tojson: 'separators' must be two strings"),
        };
        var json = new JsonText(indent, items, keys, ensureAscii, sortKeys);
        json.Write(value, 0);
        return json._text.ToString();
    }

    private static string Blanks(long width) =>
        width <= TemplateLimits.MaxNesting ? new string(' ', (int)Math.Max(0, width)) : throw new TemplateFault("tojson: 'indent' is too large");

    private void Write(object? value, int depth)
    {
        TemplateLimits.Nesting(depth);
        if (_text.Length > TemplateLimits.MaxOutput)
        {
            throw new TemplateFault($"the text grows beyond {TemplateLimits.MaxOutput} characters");
        }

        switch (value)
        {
            case null:
                _text.Append("null");
                break;
            case bool flag:
                _text.Append(flag ? "true" : "false");
                break;
            case long number:
                _text.Append(number.ToString(CultureInfo.InvariantCulture));
                break;
            case double number:
                _text.Append(double.IsFinite(number) ? Python.Float(number) : double.IsNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
                break;
            case string text:
                Text(text);
                break;
            case Sequence { Kind: not SequenceKind.Iterator } sequence:
                Items('[', ']', sequence.Items, depth, item => Write(item, depth + 1));
                break;
            case Mapping mapping:
                Pairs(mapping, depth);
                break;
            default:
                throw new TemplateFault($"tojson cannot write {Python.Describe(value)}");
        }
    }

    private void Pairs(Mapping mapping, int depth)
    {
        var pairs = sortKeys ? mapping.Items.Order(Comparer<KeyValuePair<string, object?>>.Create((a, b) => Python.Compare(a.Key, b.Key))) : mapping.Items;
        Items('{', '}', [.. pairs], depth, pair =>
        {
            Text(pair.Key);
            _text.Append(keySeparator);
            Write(pair.Value, depth + 1);
        });
    }

    private void Items<T>(char open, char close, IReadOnlyList<T> items, int depth, Action<T> write)
    {
        _text.Append(open);
        for (var i = 0; i < items.Count; i++)
        {
            _text.Append(i == 0 ? "" : itemSeparator);
            NewLine(depth + 1);
            write(items[i]);
        }

        if (items.Count > 0)
        {
            NewLine(depth);
        }

        _text.Append(close);
    }

    private void NewLine(int depth)
    {
        if (indent is not null)
        {
            _text.Append('\n').Insert(_text.Length, indent, depth);
        }
    }

    private void Text(string text)
    {
        _text.Append('"');
        foreach (var character in text)
        {
            _text.Append(character switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\b' => "\\b",
                '\f' => "\\f",
                < ' ' => $"\\u{(int)character:x4}",
                > '~' when ensureAscii => $"\\u{(int)character:x4}",
                _ => null,
            } ?? character.ToString());
        }

        _text.Append('"');
    }
}
