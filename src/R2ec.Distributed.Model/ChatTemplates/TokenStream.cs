namespace R2ec.Distributed.Model.ChatTemplates;

/// <summary>A cursor over a template's tokens, and the nesting of what is being parsed.</summary>
internal sealed class TokenStream(List<TemplateToken> tokens)
{
    private int _at;
    private int _nesting;

    public TemplateToken Current => tokens[_at];

    public int Line => Current.Line;

    public TemplateToken Next()
    {
        var token = Current;
        _at = Math.Min(_at + 1, tokens.Count - 1);
        return token;
    }

    public bool Sees(string operatorSign) => Current.Is(TokenKind.Operator, operatorSign);

    public bool SeesName(string name) => Current.Is(TokenKind.Name, name);

    public bool SeesNameAfter(string name) => tokens[Math.Min(_at + 1, tokens.Count - 1)].Is(TokenKind.Name, name);

    public bool Skip(string operatorSign) => SkipIf(Sees(operatorSign));

    public bool SkipName(string name) => SkipIf(SeesName(name));

    public void Expect(string operatorSign)
    {
        if (!Skip(operatorSign))
        {
            throw new TemplateFault($"'{operatorSign}' was expected, not {Current}", Line);
        }
    }

    public TemplateToken Expect(TokenKind kind, string what) =>
        Current.Kind == kind ? Next() : throw new TemplateFault($"{what} was expected, not {Current}", Line);

    /// <summary>Parses something that may contain itself.</summary>
    public T Nested<T>(Func<T> parse)
    {
        if (++_nesting > TemplateLimits.MaxNesting)
        {
            throw new TemplateFault($"nested more than {TemplateLimits.MaxNesting} deep", Line);
        }

        var parsed = parse();
        _nesting--;
        return parsed;
    }

    private bool SkipIf(bool seen)
    {
        if (seen)
        {
            Next();
        }

        return seen;
    }
}
