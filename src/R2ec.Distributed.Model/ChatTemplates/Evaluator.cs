namespace R2ec.Distributed.Model.ChatTemplates;

/// <summary>Expressions of one rendering.</summary>
internal sealed class Evaluator(TemplateLimits limits)
{
    /// <summary>Names that Jinja has and this does not; anything else that is unknown is undefined.</summary>
    private static readonly HashSet<string> Unsupported = ["caller", "varargs", "kwargs", "cycler", "joiner", "lipsum", "self", "super", "_", "gettext", "ngettext"];

    public TemplateLimits Limits => limits;

    /// <summary>The line of what is being done; where a fault was thrown, its line.</summary>
    public int Line { get; set; }

    public object? Evaluate(Expression expression, Scope scope, string? blockText = null)
    {
        var outerLine = Line;
        Line = expression.Line;
        limits.Enter();
        var value = Value(expression, scope, blockText);
        limits.Leave();
        Line = outerLine;
        return value;
    }

    public bool IsTrue(Expression expression, Scope scope) => Python.IsTrue(Evaluate(expression, scope));

    private object? Value(Expression expression, Scope scope, string? blockText) => expression switch
    {
        Constant constant => constant.Value,
        NameExpression name => Name(name.Name, scope),
        ListExpression list => new Sequence(list.IsTuple ? SequenceKind.Tuple : SequenceKind.List, [.. list.Items.Select(item => Evaluate(item, scope))]),
        DictExpression dict => Dict(dict, scope),
        UnaryExpression unary => Operators.Unary(unary.Operator, Evaluate(unary.Operand, scope)),
        BinaryExpression { Operator: "and" } both => Evaluate(both.Left, scope) is var left && Python.IsTrue(left) ? Evaluate(both.Right, scope) : left,
        BinaryExpression { Operator: "or" } either => Evaluate(either.Left, scope) is var left && Python.IsTrue(left) ? left : Evaluate(either.Right, scope),
        BinaryExpression binary => Operators.Binary(binary.Operator, Evaluate(binary.Left, scope), Evaluate(binary.Right, scope), limits),
        CompareExpression compare => Compare(compare, scope),
        ConditionalExpression condition => IsTrue(condition.Test, scope)
            ? Evaluate(condition.Then, scope)
            : condition.Else is null ? new Undefined("the inline 'if' was false and has no 'else'") : Evaluate(condition.Else, scope),
        AttributeExpression attribute => Members.Attribute(Evaluate(attribute.Owner, scope), attribute.Name, limits),
        ItemExpression item => Members.Item(Evaluate(item.Owner, scope), Evaluate(item.Index, scope), limits),
        SliceExpression slice => Members.Slice(Evaluate(slice.Owner, scope), Bound(slice.Start, scope), Bound(slice.Stop, scope), Bound(slice.Step, scope)),
        CallExpression call => Call(Evaluate(call.Callee, scope), call.Arguments, scope),
        FilterExpression filter => Filters.Apply(
            filter.Name, filter.Operand is null ? blockText : Evaluate(filter.Operand, scope, blockText), Take($"the filter '{filter.Name}'", filter.Arguments, scope), limits),
        TestExpression test => Checks.Apply(test.Name, Evaluate(test.Operand, scope), Take($"the test '{test.Name}'", test.Arguments, scope)),
        _ => throw new TemplateFault($"{expression.GetType().Name} cannot be evaluated"),
    };

    private static object? Name(string name, Scope scope) =>
        scope.TryGet(name, out var value) ? value
        : Unsupported.Contains(name) ? throw new TemplateFault($"'{name}' is not supported")
        : new Undefined($"'{name}' is undefined");

    private Mapping Dict(DictExpression dict, Scope scope)
    {
        var mapping = new Mapping();
        foreach (var (key, value) in dict.Pairs)
        {
            var name = Evaluate(key, scope);
            mapping.Set(name as string ?? throw new TemplateFault($"a dict's key must be a string here, not {Python.Describe(name)}"), Evaluate(value, scope));
        }

        return mapping;
    }

    private bool Compare(CompareExpression compare, Scope scope)
    {
        var left = Evaluate(compare.First, scope);
        foreach (var (sign, expression) in compare.Rest)
        {
            var right = Evaluate(expression, scope);
            if (!Operators.Compare(sign, left, right))
            {
                return false;
            }

            left = right;
        }

        return true;
    }

    private long? Bound(Expression? expression, Scope scope) => expression is null ? null : Evaluate(expression, scope) switch
    {
        null => null,
        long value => value,
        bool value => value ? 1 : 0,
        var value => throw new TemplateFault($"a slice needs integers, not {Python.Describe(value)}"),
    };

    private object? Call(object? callee, ArgumentList arguments, Scope scope)
    {
        if (callee is not Callable callable)
        {
            throw new TemplateFault(callee is Undefined undefined ? $"{undefined.What}, so it cannot be called" : $"{Python.TypeName(callee)} cannot be called");
        }

        var taken = Take($"{callable.Name}()", arguments, scope);
        limits.EnterCall();
        var result = callable.Body(taken);
        limits.LeaveCall();
        taken.Done();
        return result;
    }

    private Arguments Take(string owner, ArgumentList list, Scope scope)
    {
        var named = new Dictionary<string, object?>(StringComparer.Ordinal);
        object?[] positional = [.. list.Positional.Select(argument => Evaluate(argument, scope))];
        foreach (var (name, value) in list.Named)
        {
            if (!named.TryAdd(name, Evaluate(value, scope)))
            {
                throw new TemplateFault($"{owner} gets '{name}' twice");
            }
        }

        return new(owner, positional, named);
    }
}
