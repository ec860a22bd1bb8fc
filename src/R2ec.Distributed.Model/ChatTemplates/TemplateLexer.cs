namespace R2ec.Distributed.Model.ChatTemplates;

/// <summary>
/// Cuts a template into tokens, with the white space control of Jinja as transformers sets it: one newline after a block or comment goes
/// (trim_blocks), blanks between a line's start and a block or comment go (lstrip_blocks), a minus sign takes all white space on its side, a plus
/// sign switches these off, newlines are \n, and one newline at the template's end is dropped.
/// </summary>
internal sealed class TemplateLexer
{
    private readonly string _source;
    private readonly List<TemplateToken> _tokens = [];
    private int _at;
    private int _line = 1;
    private bool _lineStarting = true;

    private TemplateLexer(string source) => _source = source;

    public static List<TemplateToken> Run(string template)
    {
        var source = template.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n');
        var lexer = new TemplateLexer(source.EndsWith('\n') ? source[..^1] : source);
        lexer.Run();
        return lexer._tokens;
    }

    private void Run()
    {
        while (NextTag() is var tag && tag >= 0)
        {
            var kind = _source[tag + 1];
            var sign = tag + 2 < _source.Length ? _source[tag + 2] : ' ';
            AddText(_source[_at..tag], sign, lstrip: kind != '{');
            MoveTo(tag + 2 + (sign is '-' or '+' ? 1 : 0));
            switch (kind)
            {
                case '#':
                    Comment();
                    break;
                case '%' when IsRaw():
                    Raw();
                    break;
                default:
                    Tag(kind);
                    break;
            }
        }

        AddText(_source[_at..], ' ', lstrip: false);
        MoveTo(_source.Length);
        Add(TokenKind.End, "");
    }

    private int NextTag()
    {
        for (var at = _source.IndexOf('{', _at); at >= 0 && at + 1 < _source.Length; at = _source.IndexOf('{', at + 1))
        {
            if (_source[at + 1] is '%' or '{' or '#')
            {
                return at;
            }
        }

        return -1;
    }

    private void AddText(string text, char sign, bool lstrip)
    {
        if (sign == '-')
        {
            text = PythonText.StripEnd(text);
        }
        else if (sign != '+' && lstrip)
        {
            var lineStart = text.LastIndexOf('\n') + 1;
            if ((lineStart > 0 || _lineStarting) && text.AsSpan(lineStart).IndexOfAnyExcept(PythonText.Whitespace) < 0)
            {
                text = text[..lineStart];
            }
        }

        if (text.Length > 0)
        {
            Add(TokenKind.Text, text);
        }
    }

    private void Comment()
    {
        var end = _source.IndexOf("#}", _at, StringComparison.Ordinal);
        if (end < 0)
        {
            throw new TemplateFault("a comment '{#' that is never closed", _line);
        }

        // {#-#} holds one sign: it belongs to the beginning.
        var sign = end > _at ? _source[end - 1] : ' ';
        MoveTo(end + 2);
        AfterTag(sign, trim: true);
    }

    private bool IsRaw()
    {
        var at = SkipWhitespace(_at);
        if (!_source.AsSpan(at).StartsWith("raw", StringComparison.Ordinal))
        {
            return false;
        }

        var rest = _source.AsSpan(SkipWhitespace(at + 3));
        return rest.StartsWith("%}", StringComparison.Ordinal) || rest.StartsWith("-%}", StringComparison.Ordinal);
    }

    /// <summary>Unlike other blocks, the one that opens a raw section leaves the newline after it.</summary>
    private void Raw()
    {
        var line = _line;
        var open = _source.IndexOf("%}", _at, StringComparison.Ordinal);
        var openSign = _source[open - 1];
        MoveTo(open + 2);
        AfterTag(openSign, trim: false);
        for (var tag = _source.IndexOf("{%", _at, StringComparison.Ordinal); tag >= 0; tag = _source.IndexOf("{%", tag + 1, StringComparison.Ordinal))
        {
            var sign = tag + 2 < _source.Length ? _source[tag + 2] : ' ';
            var name = SkipWhitespace(tag + 2 + (sign is '-' or '+' ? 1 : 0));
            if (!_source.AsSpan(name).StartsWith("endraw", StringComparison.Ordinal))
            {
                continue;
            }

            var close = SkipWhitespace(name + "endraw".Length);
            var closeSign = close < _source.Length && _source[close] is '-' or '+' ? _source[close++] : ' ';
            if (_source.AsSpan(close).StartsWith("%}", StringComparison.Ordinal))
            {
                AddText(_source[_at..tag], sign, lstrip: true);
                MoveTo(close + 2);
                AfterTag(closeSign, trim: true);
                return;
            }
        }

        throw new TemplateFault("a block 'raw' without its 'endraw'", line);
    }

    private void Tag(char kind)
    {
        var block = kind == '%';
        Add(block ? TokenKind.BlockBegin : TokenKind.OutputBegin, "");
        var brackets = new Stack<char>();
        var line = _line;
        while (true)
        {
            MoveTo(SkipWhitespace(_at));
            if (_at == _source.Length)
            {
                throw new TemplateFault(block ? "a block '{%' that is never closed" : "an output '{{' that is never closed", line);
            }

            if (brackets.Count == 0 && End(block) is { } sign)
            {
                Add(block ? TokenKind.BlockEnd : TokenKind.OutputEnd, "");
                MoveTo(_at + (sign == ' ' ? 2 : 3));
                AfterTag(sign, trim: block);
                return;
            }

            var token = ExpressionLexer.Next(_source, _at, _line, out var end);
            Balance(brackets, token);
            _tokens.Add(token);
            MoveTo(end);
        }
    }

    /// <summary>The sign of the end that stands here, a blank for none; null where the tag does not end here.</summary>
    private char? End(bool block)
    {
        var rest = _source.AsSpan(_at);
        var end = block ? "%}" : "}}";
        if (rest.StartsWith(end, StringComparison.Ordinal))
        {
            return ' ';
        }

        var signed = rest[0] == '-' || (block && rest[0] == '+');
        return signed && rest[1..].StartsWith(end, StringComparison.Ordinal) ? rest[0] : null;
    }

    private static void Balance(Stack<char> brackets, TemplateToken token)
    {
        if (token.Kind != TokenKind.Operator)
        {
            return;
        }

        switch (token.Value[0])
        {
            case '(' or '[' or '{':
                brackets.Push(token.Value[0] switch { '(' => ')', '[' => ']', _ => '}' });
                break;
            case ')' or ']' or '}':
                if (!brackets.TryPop(out var expected) || expected != token.Value[0])
                {
                    throw new TemplateFault($"an unexpected {token}", token.Line);
                }

                break;
            default:
                break;
        }
    }

    private void AfterTag(char sign, bool trim)
    {
        var end = sign switch
        {
            '-' => SkipWhitespace(_at),
            not '+' when trim && _at < _source.Length && _source[_at] == '\n' => _at + 1,
            _ => _at,
        };
        MoveTo(end);
        _lineStarting = end > 0 && _source[end - 1] == '\n';
    }

    private int SkipWhitespace(int at)
    {
        while (at < _source.Length && PythonText.IsSpace(_source[at]))
        {
            at++;
        }

        return at;
    }

    private void MoveTo(int at)
    {
        _line += _source.AsSpan(_at..at).Count('\n');
        _at = at;
    }

    private void Add(TokenKind kind, string value) => _tokens.Add(new(kind, value, _line));
}
