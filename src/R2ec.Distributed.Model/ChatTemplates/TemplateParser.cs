namespace R2ec.Distributed.Model.ChatTemplates;

/// <summary>Statements of a template. A tag that is not known ends the parsing: a prompt with a part left out would be a wrong prompt.</summary>
internal sealed class TemplateParser
{
    private readonly TokenStream _tokens;
    private readonly ExpressionParser _expressions;
    private int _loops;

    private TemplateParser(TokenStream tokens)
    {
        _tokens = tokens;
        _expressions = new(tokens);
    }

    public static IReadOnlyList<Statement> Parse(string template)
    {
        if (template.Length > TemplateLimits.MaxTemplate)
        {
            throw new TemplateFault($"the template has {template.Length} characters; {TemplateLimits.MaxTemplate} are allowed", 1);
        }

        var parser = new TemplateParser(new TokenStream(TemplateLexer.Run(template)));
        return parser.Body(opened: null);
    }

    /// <summary>Statements up to a block with one of these names, whose name is the next token; to the template's end where nothing is open.</summary>
    private List<Statement> Body(string? opened, params ReadOnlySpan<string> ends)
    {
        var line = _tokens.Line;
        var statements = new List<Statement>();
        while (true)
        {
            var token = _tokens.Next();
            switch (token.Kind)
            {
                case TokenKind.End when opened is null:
                    return statements;
                case TokenKind.End:
                    throw new TemplateFault($"a block '{opened}' without its '{ends[^1]}'", line);
                case TokenKind.Text:
                    statements.Add(new TextStatement(token.Line, token.Value));
                    break;
                case TokenKind.OutputBegin:
                    statements.Add(new OutputStatement(token.Line, _expressions.Tuple()));
                    _tokens.Expect(TokenKind.OutputEnd, "'}}'");
                    break;
                default:
                    if (_tokens.Current.Kind == TokenKind.Name && ends.Contains(_tokens.Current.Value))
                    {
                        return statements;
                    }

                    statements.Add(_tokens.Nested(Block));
                    break;
            }
        }
    }

    private Statement Block()
    {
        var name = _tokens.Expect(TokenKind.Name, "a block's name");
        switch (name.Value)
        {
            case "if":
                return If(name.Line);
            case "for":
                return For(name.Line);
            case "set":
                return Set(name.Line);
            case "with":
                return With(name.Line);
            case "macro":
                return Macro(name.Line);
            case "generation":
                CloseBlock();
                var body = Body("generation", "endgeneration");
                return Closed(new BodyStatement(name.Line, body));
            case "break" or "continue" when _loops == 0:
                throw new TemplateFault($"'{name.Value}' outside of a loop", name.Line);
            case "break" or "continue":
                CloseBlock();
                return new JumpStatement(name.Line, LeavesLoop: name.Value == "break");
            default:
                throw new TemplateFault($"the block '{name.Value}' is not supported here", name.Line);
        }
    }

    private IfStatement If(int line)
    {
        var branches = new List<(Expression, IReadOnlyList<Statement>)>();
        while (true)
        {
            var test = _expressions.Tuple(withCondition: false);
            CloseBlock();
            branches.Add((test, Body("if", "elif", "else", "endif")));
            var next = _tokens.Next().Value;
            if (next == "elif")
            {
                continue;
            }

            IReadOnlyList<Statement> otherwise = [];
            if (next == "else")
            {
                CloseBlock();
                otherwise = Body("if", "endif");
                _tokens.Next();
            }

            CloseBlock();
            return new(line, branches, otherwise);
        }
    }

    private ForStatement For(int line)
    {
        var target = Targets();
        if (!_tokens.SkipName("in"))
        {
            throw new TemplateFault($"'in' was expected, not {_tokens.Current}", _tokens.Line);
        }

        var items = _expressions.Tuple(withCondition: false);
        var filter = _tokens.SkipName("if") ? _expressions.Condition() : null;
        if (_tokens.SeesName("recursive"))
        {
            throw new TemplateFault("a recursive loop is not supported", _tokens.Line);
        }

        CloseBlock();
        _loops++;
        var body = Body("for", "else", "endfor");
        _loops--;
        IReadOnlyList<Statement> otherwise = [];
        if (_tokens.Next().Value == "else")
        {
            CloseBlock();
            otherwise = Body("for", "endfor");
            _tokens.Next();
        }

        CloseBlock();
        return new(line, target, items, filter, body, otherwise);
    }

    private Statement Set(int line)
    {
        var target = Targets();
        if (_tokens.Skip("="))
        {
            var value = _expressions.Tuple();
            CloseBlock();
            return new SetStatement(line, target, value);
        }

        Expression? filters = null;
        while (_tokens.Skip("|"))
        {
            filters = _expressions.Filter(filters);
        }

        CloseBlock();
        return Closed(new SetBlockStatement(line, target, filters, Body("set", "endset")));
    }

    private WithStatement With(int line)
    {
        var values = new List<(Target, Expression)>();
        while (_tokens.Current.Kind != TokenKind.BlockEnd)
        {
            if (values.Count > 0)
            {
                _tokens.Expect(",");
            }

            var target = OneTarget();
            _tokens.Expect("=");
            values.Add((target, _expressions.Condition()));
        }

        CloseBlock();
        return Closed(new WithStatement(line, values, Body("with", "endwith")));
    }

    private MacroStatement Macro(int line)
    {
        var name = _tokens.Expect(TokenKind.Name, "a macro's name").Value;
        var parameters = new List<(string, Expression?)>();
        _tokens.Expect("(");
        while (!_tokens.Skip(")"))
        {
            if (parameters.Count > 0)
            {
                _tokens.Expect(",");
            }

            var parameter = _tokens.Expect(TokenKind.Name, "a parameter's name").Value;
            parameters.Add((parameter, _tokens.Skip("=") ? _expressions.Condition() : null));
        }

        CloseBlock();
        var loops = _loops;
        _loops = 0;
        var body = Body("macro", "endmacro");
        _loops = loops;
        return Closed(new MacroStatement(line, name, parameters, body));
    }

    private Target Targets()
    {
        var first = OneTarget();
        if (!_tokens.Sees(","))
        {
            return first;
        }

        var parts = new List<Target> { first };
        while (_tokens.Skip(","))
        {
            parts.Add(OneTarget());
        }

        return new(first.Line, "", null, parts);
    }

    private Target OneTarget()
    {
        if (_tokens.Skip("("))
        {
            var inner = _tokens.Nested(Targets);
            _tokens.Expect(")");
            return inner;
        }

        var name = _tokens.Expect(TokenKind.Name, "a name to assign to");
        if (name.Value is "true" or "True" or "false" or "False" or "none" or "None" or "loop")
        {
            throw new TemplateFault($"'{name.Value}' cannot be assigned to", name.Line);
        }

        return _tokens.Skip(".") ? new(name.Line, _tokens.Expect(TokenKind.Name, "an attribute's name").Value, name.Value, []) : new(name.Line, name.Value, null, []);
    }

    private T Closed<T>(T statement)
    {
        _tokens.Next();
        CloseBlock();
        return statement;
    }

    private void CloseBlock() => _tokens.Expect(TokenKind.BlockEnd, "'%}'");
}
