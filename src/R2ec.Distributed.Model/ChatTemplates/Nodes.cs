namespace R2ec.Distributed.Model.ChatTemplates;

/// <summary>An expression of a template.</summary>
internal abstract record Expression(int Line);

internal sealed record Constant(int Line, object? Value) : Expression(Line);

internal sealed record NameExpression(int Line, string Name) : Expression(Line);

internal sealed record ListExpression(int Line, IReadOnlyList<Expression> Items, bool IsTuple) : Expression(Line);

internal sealed record DictExpression(int Line, IReadOnlyList<(Expression Key, Expression Value)> Pairs) : Expression(Line);

internal sealed record UnaryExpression(int Line, string Operator, Expression Operand) : Expression(Line);

internal sealed record BinaryExpression(int Line, string Operator, Expression Left, Expression Right) : Expression(Line);

internal sealed record CompareExpression(int Line, Expression First, IReadOnlyList<(string Operator, Expression Right)> Rest) : Expression(Line);

internal sealed record ConditionalExpression(int Line, Expression Test, Expression Then, Expression? Else) : Expression(Line);

internal sealed record AttributeExpression(int Line, Expression Owner, string Name) : Expression(Line);

internal sealed record ItemExpression(int Line, Expression Owner, Expression Index) : Expression(Line);

internal sealed record SliceExpression(int Line, Expression Owner, Expression? Start, Expression? Stop, Expression? Step) : Expression(Line);

/// <summary>What stands between the brackets of a call, a filter or a test.</summary>
internal sealed record ArgumentList(IReadOnlyList<Expression> Positional, IReadOnlyList<(string Name, Expression Value)> Named)
{
    public static readonly ArgumentList None = new([], []);
}

internal sealed record CallExpression(int Line, Expression Callee, ArgumentList Arguments) : Expression(Line);

/// <summary>A filter; its operand is null where it takes the text of a block.</summary>
internal sealed record FilterExpression(int Line, Expression? Operand, string Name, ArgumentList Arguments) : Expression(Line);

internal sealed record TestExpression(int Line, Expression Operand, string Name, ArgumentList Arguments) : Expression(Line);

/// <summary>A statement of a template.</summary>
internal abstract record Statement(int Line);

internal sealed record TextStatement(int Line, string Text) : Statement(Line);

internal sealed record OutputStatement(int Line, Expression Value) : Statement(Line);

internal sealed record IfStatement(int Line, IReadOnlyList<(Expression Test, IReadOnlyList<Statement> Body)> Branches, IReadOnlyList<Statement> Else)
    : Statement(Line);

internal sealed record ForStatement(
    int Line, Target Target, Expression Items, Expression? Filter, IReadOnlyList<Statement> Body, IReadOnlyList<Statement> Else) : Statement(Line);

internal sealed record SetStatement(int Line, Target Target, Expression Value) : Statement(Line);

internal sealed record SetBlockStatement(int Line, Target Target, Expression? Filters, IReadOnlyList<Statement> Body) : Statement(Line);

internal sealed record WithStatement(int Line, IReadOnlyList<(Target Target, Expression Value)> Values, IReadOnlyList<Statement> Body) : Statement(Line);

internal sealed record MacroStatement(int Line, string Name, IReadOnlyList<(string Name, Expression? Default)> Parameters, IReadOnlyList<Statement> Body)
    : Statement(Line);

internal sealed record BodyStatement(int Line, IReadOnlyList<Statement> Body) : Statement(Line);

/// <summary>Leaves the loop, or its present pass.</summary>
internal sealed record JumpStatement(int Line, bool LeavesLoop) : Statement(Line);

/// <summary>What is assigned to: a name, an attribute of a namespace (Owner is not null), or several names at once.</summary>
internal sealed record Target(int Line, string Name, string? Owner, IReadOnlyList<Target> Parts);
