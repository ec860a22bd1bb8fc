using System.Text;

namespace R2ec.Distributed.Model.ChatTemplates;

/// <summary>Statements of one rendering.</summary>
internal sealed class Renderer
{
    private readonly TemplateLimits _limits = new();
    private readonly Evaluator _evaluator;
    private StringBuilder _output = new();

    private enum Flow
    {
        Next,
        Continue,
        Break,
    }

    public Renderer() => _evaluator = new(_limits);

    /// <summary>The line that is being rendered.</summary>
    public int Line => _evaluator.Line;

    public string Run(IReadOnlyList<Statement> template, Scope scope)
    {
        Execute(template, scope);
        return _output.ToString();
    }

    private Flow Execute(IReadOnlyList<Statement> body, Scope scope)
    {
        foreach (var statement in body)
        {
            _evaluator.Line = statement.Line;
            _limits.Enter();
            var flow = Execute(statement, scope);
            _limits.Leave();
            if (flow != Flow.Next)
            {
                return flow;
            }
        }

        return Flow.Next;
    }

    private Flow Execute(Statement statement, Scope scope)
    {
        switch (statement)
        {
            case TextStatement text:
                Write(text.Text);
                break;
            case OutputStatement output:
                Write(Python.Text(_evaluator.Evaluate(output.Value, scope)));
                break;
            case IfStatement condition:
                var branch = condition.Branches.FirstOrDefault(branch => _evaluator.IsTrue(branch.Test, scope)).Body;
                return Execute(branch ?? condition.Else, scope);
            case ForStatement loop:
                return Loop(loop, scope);
            case SetStatement set:
                Assign(set.Target, _evaluator.Evaluate(set.Value, scope), scope);
                break;
            case SetBlockStatement set:
                var captured = Captured(set.Body, new(scope));
                Assign(set.Target, set.Filters is null ? captured : _evaluator.Evaluate(set.Filters, scope, captured), scope);
                break;
            case WithStatement with:
                return With(with, scope);
            case MacroStatement macro:
                scope[macro.Name] = new Callable(macro.Name, arguments => Call(macro, arguments, scope));
                break;
            case BodyStatement body:
                return Execute(body.Body, new(scope));
            case JumpStatement jump:
                return jump.LeavesLoop ? Flow.Break : Flow.Continue;
            default:
                throw new TemplateFault($"{statement.GetType().Name} cannot be rendered");
        }

        return Flow.Next;
    }

    private Flow Loop(ForStatement loop, Scope scope)
    {
        var items = Items(loop, scope);
        if (items.Count == 0)
        {
            return Execute(loop.Else, new(scope));
        }

        var state = new Loop(items);
        for (var i = 0; i < items.Count; i++)
        {
            _limits.Iterate();
            state.Index = i;
            var inner = new Scope(scope) { ["loop"] = state };
            Assign(loop.Target, items[i], inner);
            if (Execute(loop.Body, inner) == Flow.Break)
            {
                break;
            }
        }

        return Flow.Next;
    }

    private IReadOnlyList<object?> Items(ForStatement loop, Scope scope)
    {
        var items = Python.Iterate(_evaluator.Evaluate(loop.Items, scope));
        if (loop.Filter is null)
        {
            return items;
        }

        var kept = new List<object?>();
        foreach (var item in items)
        {
            _limits.Iterate();
            var inner = new Scope(scope);
            Assign(loop.Target, item, inner);
            if (_evaluator.IsTrue(loop.Filter, inner))
            {
                kept.Add(item);
            }
        }

        return kept;
    }

    private Flow With(WithStatement with, Scope scope)
    {
        var inner = new Scope(scope);
        foreach (var (target, value) in with.Values)
        {
            Assign(target, _evaluator.Evaluate(value, scope), inner);
        }

        return Execute(with.Body, inner);
    }

    private string Call(MacroStatement macro, Arguments arguments, Scope scope)
    {
        var inner = new Scope(scope);
        foreach (var (name, fallback) in macro.Parameters)
        {
            var missing = new Undefined($"the parameter '{name}' was not given");
            var value = arguments.Take(name, missing);
            inner[name] = ReferenceEquals(value, missing) && fallback is not null ? _evaluator.Evaluate(fallback, inner) : value;
        }

        arguments.Done();
        return Captured(macro.Body, inner);
    }

    private string Captured(IReadOnlyList<Statement> body, Scope scope)
    {
        var outer = _output;
        _output = new();
        Execute(body, scope);
        var captured = _output.ToString();
        _output = outer;
        return captured;
    }

    private static void Assign(Target target, object? value, Scope scope)
    {
        if (target.Parts.Count > 0)
        {
            var items = Python.Iterate(value);
            if (items.Count != target.Parts.Count)
            {
                throw new TemplateFault($"{items.Count} values for {target.Parts.Count} names", target.Line);
            }

            foreach (var (part, item) in target.Parts.Zip(items))
            {
                Assign(part, item, scope);
            }
        }
        else if (target.Owner is null)
        {
            scope[target.Name] = value;
        }
        else if (scope.TryGet(target.Owner, out var owner) && owner is Namespace values)
        {
            values.Attributes[target.Name] = value;
        }
        else
        {
            throw new TemplateFault($"'{target.Owner}' is not a namespace, so '{target.Name}' of it cannot be set", target.Line);
        }
    }

    private void Write(string text)
    {
        _limits.Text(text.Length);
        if (_output.Length + (long)text.Length > TemplateLimits.MaxOutput)
        {
            throw new TemplateFault($"the text grows beyond {TemplateLimits.MaxOutput} characters");
        }

        _output.Append(text);
    }
}
