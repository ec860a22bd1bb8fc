using System.Globalization;

namespace R2ec.Distributed.Model.ChatTemplates;

/// <summary>Expressions in Jinja's order of binding: condition, or, and, not, comparison, + -, ~, * / // %, **, sign, then what stands behind a value.</summary>
internal sealed class ExpressionParser(TokenStream tokens)
{
    private static readonly string[] Comparisons = ["==", "!=", "<", "<=", ">", ">="];

    /// <summary>One expression, or several with commas between them: a tuple.</summary>
    public Expression Tuple(bool withCondition = true)
    {
        var line = tokens.Line;
        var items = new List<Expression>();
        var isTuple = false;
        while (items.Count == 0 || !EndsTuple())
        {
            items.Add(withCondition ? Condition() : Or());
            if (!tokens.Skip(","))
            {
                break;
            }

            isTuple = true;
        }

        return isTuple ? new ListExpression(line, items, IsTuple: true) : items[0];
    }

    public Expression Condition() => tokens.Nested(() =>
    {
        var value = Or();
        while (tokens.SeesName("if"))
        {
            var line = tokens.Next().Line;
            var test = Or();
            value = new ConditionalExpression(line, test, value, tokens.SkipName("else") ? Condition() : null);
        }

        return value;
    });

    public Expression Or()
    {
        var left = And();
        while (tokens.SeesName("or"))
        {
            left = new BinaryExpression(tokens.Next().Line, "or", left, And());
        }

        return left;
    }

    public FilterExpression Filter(Expression? operand)
    {
        var name = tokens.Expect(TokenKind.Name, "a filter's name");
        return new(name.Line, operand, name.Value, tokens.Sees("(") ? Arguments() : ArgumentList.None);
    }

    private bool EndsTuple() =>
        tokens.Current.Kind is TokenKind.BlockEnd or TokenKind.OutputEnd || tokens.Sees(")") || tokens.SeesName("if") || tokens.SeesName("recursive");

    private Expression And()
    {
        var left = Not();
        while (tokens.SeesName("and"))
        {
            left = new BinaryExpression(tokens.Next().Line, "and", left, Not());
        }

        return left;
    }

    private Expression Not() =>
        tokens.SeesName("not") ? tokens.Nested(() => new UnaryExpression(tokens.Next().Line, "not", Not())) : Comparison();

    private Expression Comparison()
    {
        var line = tokens.Line;
        var first = Sum();
        var rest = new List<(string, Expression)>();
        while (true)
        {
            if (tokens.Current.Kind == TokenKind.Operator && Comparisons.Contains(tokens.Current.Value))
            {
                rest.Add((tokens.Next().Value, Sum()));
            }
            else if (tokens.SkipName("in"))
            {
                rest.Add(("in", Sum()));
            }
            else if (tokens.SeesName("not") && tokens.SeesNameAfter("in"))
            {
                tokens.Next();
                tokens.Next();
                rest.Add(("not in", Sum()));
            }
            else
            {
                return rest.Count == 0 ? first : new CompareExpression(line, first, rest);
            }
        }
    }

    private Expression Sum() => LeftToRight(Concatenation, "+", "-");

    private Expression Concatenation() => LeftToRight(Product, "~");

    private Expression Product() => LeftToRight(Power, "*", "/", "//", "%");

    private Expression Power() => LeftToRight(() => Unary(withFilter: true), "**");

    private Expression LeftToRight(Func<Expression> operand, params ReadOnlySpan<string> signs)
    {
        var left = operand();
        while (tokens.Current.Kind == TokenKind.Operator && signs.Contains(tokens.Current.Value))
        {
            var sign = tokens.Next();
            left = new BinaryExpression(sign.Line, sign.Value, left, operand());
        }

        return left;
    }

    private Expression Unary(bool withFilter)
    {
        Expression value;
        if (tokens.Sees("-") || tokens.Sees("+"))
        {
            var sign = tokens.Next();
            value = tokens.Nested(() => new UnaryExpression(sign.Line, sign.Value, Unary(withFilter: false)));
        }
        else
        {
            value = Primary();
        }

        value = Postfix(value);
        return withFilter ? Filters(value) : value;
    }

    private Expression Primary()
    {
        var token = tokens.Next();
        switch (token.Kind)
        {
            case TokenKind.Name:
                return token.Value switch
                {
                    "true" or "True" => new Constant(token.Line, true),
                    "false" or "False" => new Constant(token.Line, false),
                    "none" or "None" => new Constant(token.Line, null),
                    _ => new NameExpression(token.Line, token.Value),
                };
            case TokenKind.String:
                var text = token.Value;
                while (tokens.Current.Kind == TokenKind.String)
                {
                    text += tokens.Next().Value;
                }

                return new Constant(token.Line, text);
            case TokenKind.Integer:
                return long.TryParse(token.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var integer)
                    ? new Constant(token.Line, integer)
                    : throw new TemplateFault($"the number {token.Value} is too large", token.Line);
            case TokenKind.Float:
                return new Constant(token.Line, double.Parse(token.Value, CultureInfo.InvariantCulture));
            default:
                return token.Value switch
                {
                    "(" when token.Kind == TokenKind.Operator => Parenthesis(token.Line),
                    "[" when token.Kind == TokenKind.Operator => new ListExpression(token.Line, Items("]", Condition), IsTuple: false),
                    "{" when token.Kind == TokenKind.Operator => new DictExpression(token.Line, Items("}", Pair)),
                    _ => throw new TemplateFault($"a value was expected, not {token}", token.Line),
                };
        }
    }

    private Expression Parenthesis(int line)
    {
        if (tokens.Skip(")"))
        {
            return new ListExpression(line, [], IsTuple: true);
        }

        var value = Tuple();
        tokens.Expect(")");
        return value;
    }

    private (Expression Key, Expression Value) Pair()
    {
        var key = Condition();
        tokens.Expect(":");
        return (key, Condition());
    }

    private List<T> Items<T>(string end, Func<T> item)
    {
        var items = new List<T>();
        while (!tokens.Skip(end))
        {
            if (items.Count > 0)
            {
                tokens.Expect(",");
                if (tokens.Skip(end))
                {
                    break;
                }
            }

            items.Add(item());
        }

        return items;
    }

    private Expression Postfix(Expression value)
    {
        while (true)
        {
            var line = tokens.Line;
            if (tokens.Skip("."))
            {
                var name = tokens.Next();
                value = name.Kind switch
                {
                    TokenKind.Name => new AttributeExpression(line, value, name.Value),
                    TokenKind.Integer => new ItemExpression(line, value, new Constant(line, long.Parse(name.Value, CultureInfo.InvariantCulture))),
                    _ => throw new TemplateFault($"a name was expected after '.', not {name}", line),
                };
            }
            else if (tokens.Skip("["))
            {
                value = Subscript(line, value);
            }
            else if (tokens.Sees("("))
            {
                value = new CallExpression(line, value, Arguments());
            }
            else
            {
                return value;
            }
        }
    }

    private Expression Subscript(int line, Expression owner)
    {
        var start = tokens.Sees(":") ? null : Condition();
        if (!tokens.Skip(":"))
        {
            tokens.Expect("]");
            return new ItemExpression(line, owner, start!);
        }

        var stop = tokens.Sees(":") || tokens.Sees("]") ? null : Condition();
        var step = tokens.Skip(":") && !tokens.Sees("]") ? Condition() : null;
        tokens.Expect("]");
        return new SliceExpression(line, owner, start, stop, step);
    }

    private Expression Filters(Expression value)
    {
        while (true)
        {
            if (tokens.Skip("|"))
            {
                value = Filter(value);
            }
            else if (tokens.SkipName("is"))
            {
                value = Test(value);
            }
            else if (tokens.Sees("("))
            {
                value = new CallExpression(tokens.Line, value, Arguments());
            }
            else
            {
                return value;
            }
        }
    }

    private Expression Test(Expression operand)
    {
        var negated = tokens.SkipName("not");
        var name = tokens.Expect(TokenKind.Name, "a test's name");
        var arguments = ArgumentList.None;
        if (tokens.Sees("("))
        {
            arguments = Arguments();
        }
        else if (StartsArgument())
        {
            arguments = new([Postfix(Primary())], []);
        }

        var test = new TestExpression(name.Line, operand, name.Value, arguments);
        return negated ? new UnaryExpression(name.Line, "not", test) : test;
    }

    private bool StartsArgument() => tokens.Current.Kind switch
    {
        TokenKind.String or TokenKind.Integer or TokenKind.Float => true,
        TokenKind.Name when tokens.SeesName("is") => throw new TemplateFault("tests cannot be chained with 'is'", tokens.Line),
        TokenKind.Name => tokens.Current.Value is not ("else" or "or" or "and"),
        _ => tokens.Sees("[") || tokens.Sees("{"),
    };

    private ArgumentList Arguments()
    {
        tokens.Expect("(");
        var named = new List<(string, Expression)>();
        var positional = new List<Expression>();
        Items(")", () =>
        {
            if (tokens.Sees("*") || tokens.Sees("**"))
            {
                throw new TemplateFault($"arguments spread with {tokens.Current} are not supported", tokens.Line);
            }

            var value = Condition();
            if (value is NameExpression name && tokens.Skip("="))
            {
                named.Add((name.Name, Condition()));
            }
            else if (named.Count > 0)
            {
                throw new TemplateFault("an argument without a name after one with a name", value.Line);
            }
            else
            {
                positional.Add(value);
            }

            return value;
        });
        return new(positional, named);
    }
}
