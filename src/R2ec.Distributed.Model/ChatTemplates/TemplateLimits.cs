using System.Runtime.CompilerServices;

namespace R2ec.Distributed.Model.ChatTemplates;

/// <summary>What a template may use up in one rendering, so that a hostile or broken one ends with a message.</summary>
internal sealed class TemplateLimits
{
    /// <summary>Characters of a template.</summary>
    public const int MaxTemplate = 1_000_000;

    /// <summary>Characters of a rendered prompt, and of any text on the way.</summary>
    public const int MaxOutput = 10_000_000;

    /// <summary>Passes of all loops together, and items of a list.</summary>
    public const int MaxIterations = 100_000;

    /// <summary>Blocks, brackets and operators inside one another as written, and calls of macros and values inside one another.</summary>
    public const int MaxNesting = 100;

    /// <summary>Steps of evaluation inside one another: a long chain of operators is deep without looking nested.</summary>
    private const int MaxDepth = 1_000;

    /// <summary>Characters copied by all operations together.</summary>
    private const long MaxWork = 20L * MaxOutput;

    private int _iterations;
    private int _depth;
    private int _calls;
    private long _work;

    public void Iterate()
    {
        if (++_iterations > MaxIterations)
        {
            throw new TemplateFault($"the loops go round more than {MaxIterations} times together");
        }
    }

    /// <summary>Accounts for a text of this many characters before it is made.</summary>
    public void Text(long characters)
    {
        if (characters > MaxOutput || (_work += characters) > MaxWork)
        {
            throw new TemplateFault($"the text grows beyond {MaxOutput} characters");
        }
    }

    public static void Items(long count)
    {
        if (count > MaxIterations)
        {
            throw new TemplateFault($"a list grows beyond {MaxIterations} items");
        }
    }

    public static void Nesting(int depth)
    {
        if (depth > MaxNesting)
        {
            throw new TemplateFault($"nested more than {MaxNesting} deep");
        }
    }

    public void Enter()
    {
        if (++_depth > MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new TemplateFault($"an expression of more than {MaxDepth} steps inside one another");
        }
    }

    public void Leave() => _depth--;

    public void EnterCall() => Nesting(++_calls);

    public void LeaveCall() => _calls--;
}
