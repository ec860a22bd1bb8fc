using System.Globalization;
using System.Text;

namespace R2ec.Distributed.Model.ChatTemplates;

/// <summary>The tokens inside a tag: names, numbers, strings with the escapes of Python, operators.</summary>
internal static class ExpressionLexer
{
    private static readonly string[] Operators =
        ["//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ","];

    public static TemplateToken Next(string source, int at, int line, out int end)
    {
        var first = source[at];
        if (first == '_' || char.IsLetter(first))
        {
            end = at;
            while (end < source.Length && (source[end] == '_' || char.IsLetterOrDigit(source[end])))
            {
                end++;
            }

            return new(TokenKind.Name, source[at..end], line);
        }

        if (char.IsAsciiDigit(first))
        {
            return Number(source, at, line, out end);
        }

        if (first is '\'' or '"')
        {
            return Text(source, at, line, out end);
        }

        var symbol = Operators.FirstOrDefault(symbol => source.AsSpan(at).StartsWith(symbol, StringComparison.Ordinal))
            ?? throw new TemplateFault($"an unexpected character '{first}'", line);
        end = at + symbol.Length;
        return new(TokenKind.Operator, symbol, line);
    }

    private static TemplateToken Number(string source, int at, int line, out int end)
    {
        end = Digits(source, at);
        var isFloat = false;
        if (end + 1 < source.Length && source[end] == '.' && char.IsAsciiDigit(source[end + 1]))
        {
            isFloat = true;
            end = Digits(source, end + 1);
        }

        if (end < source.Length && source[end] is 'e' or 'E')
        {
            var exponent = end + 1 + (end + 1 < source.Length && source[end + 1] is '+' or '-' ? 1 : 0);
            if (exponent < source.Length && char.IsAsciiDigit(source[exponent]))
            {
                isFloat = true;
                end = Digits(source, exponent);
            }
        }

        if (end < source.Length && (char.IsLetter(source[end]) || source[end] == '_'))
        {
            throw new TemplateFault($"a number that goes on with '{source[end]}'", line);
        }

        var digits = source[at..end].Replace("_", "", StringComparison.Ordinal);
        return isFloat || digits[0] != '0' || digits.All(digit => digit == '0')
            ? new(isFloat ? TokenKind.Float : TokenKind.Integer, digits, line)
            : throw new TemplateFault($"the integer {digits} has leading zeros", line);
    }

    private static int Digits(string source, int at)
    {
        while (at < source.Length
            && (char.IsAsciiDigit(source[at]) || (source[at] == '_' && at + 1 < source.Length && char.IsAsciiDigit(source[at + 1]))))
        {
            at++;
        }

        return at;
    }

    private static TemplateToken Text(string source, int at, int line, out int end)
    {
        var quote = source[at];
        var text = new StringBuilder();
        for (end = at + 1; end < source.Length && source[end] != quote;)
        {
            if (source[end] == '\\' && end + 1 < source.Length)
            {
                end = Escape(source, end + 1, line, text);
            }
            else
            {
                text.Append(source[end++]);
            }
        }

        if (end++ >= source.Length)
        {
            throw new TemplateFault("a string that is never closed", line);
        }

        return new(TokenKind.String, text.ToString(), line);
    }

    private static int Escape(string source, int at, int line, StringBuilder text)
    {
        var kind = source[at];
        switch (kind)
        {
            case 'x':
                return CodePoint(source, at, 2, line, text);
            case 'u':
                return CodePoint(source, at, 4, line, text);
            case 'U':
                return CodePoint(source, at, 8, line, text);
            case 'N':
                throw new TemplateFault("a character by name '\\N' is not supported: write it, or its '\\u' escape", line);
            case >= '0' and <= '7':
                var end = at;
                while (end < source.Length && end < at + 3 && source[end] is >= '0' and <= '7')
                {
                    end++;
                }

                text.Append((char)Convert.ToInt32(source[at..end], 8));
                return end;
            case '\n':
                return at + 1;
            default:
                var place = "\\'\"abfnrtv".IndexOf(kind, StringComparison.Ordinal);
                text.Append(place < 0 ? $"\\{kind}" : "\\'\"\a\b\f\n\r\t\v"[place].ToString());
                return at + 1;
        }
    }

    private static int CodePoint(string source, int at, int digits, int line, StringBuilder text)
    {
        if (at + 1 + digits <= source.Length
            && int.TryParse(source.AsSpan(at + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            && Rune.IsValid(value))
        {
            text.Append(new Rune(value));
            return at + 1 + digits;
        }

        throw new TemplateFault($"a damaged escape '\\{source[at]}' in a string", line);
    }
}
