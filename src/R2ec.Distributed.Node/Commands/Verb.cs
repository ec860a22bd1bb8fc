using System.CommandLine;

namespace R2ec.Distributed.Node.Commands;

/// <summary>A command that teaches: its help ends with examples and with what it leaves behind.</summary>
internal sealed class Verb : Command
{
    /// <summary>A command with its one-line summary and the text that its help ends with.</summary>
    public Verb(string name, string summary, string teaching)
        : base(name, summary) => Teaching = teaching;

    /// <summary>Examples and explanations.</summary>
    public string Teaching { get; }

    /// <summary>Adds options and arguments in the order of the help.</summary>
    public Verb With(params Symbol[] symbols)
    {
        foreach (var symbol in symbols)
        {
            Add(symbol);
        }

        return this;
    }

    /// <summary>What the command does; its result is the exit code.</summary>
    public Verb Does(Func<ParseResult, CancellationToken, Task<int>> act)
    {
        SetAction(act);
        return this;
    }

    private void Add(Symbol symbol)
    {
        switch (symbol)
        {
            case Argument argument:
                Arguments.Add(argument);
                break;
            case Option option:
                Options.Add(option);
                break;
            case Command command:
                Subcommands.Add(command);
                break;
        }
    }
}
