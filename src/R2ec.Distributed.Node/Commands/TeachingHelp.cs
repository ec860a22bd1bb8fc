using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace R2ec.Distributed.Node.Commands;

/// <summary>The usual help, then the command's own examples, then the exit codes.</summary>
internal sealed class TeachingHelp(HelpAction usual, string rootTeaching) : SynchronousCommandLineAction
{
    private const string Codes = "Exit codes: 0 done, 2 usage, 3 configuration or input, 4 cluster unreachable, 5 run failed, 130 interrupted after a drain.";

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        usual.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        output.WriteLine(parseResult.CommandResult.Command is Verb verb ? verb.Teaching : rootTeaching);
        output.WriteLine();
        output.WriteLine(Codes);
        return ExitCode.Done;
    }
}
