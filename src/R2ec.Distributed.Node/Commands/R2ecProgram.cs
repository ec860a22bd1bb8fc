using System.CommandLine;
using System.CommandLine.Help;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Spec;

namespace R2ec.Distributed.Node.Commands;

/// <summary>The command line: finds the verb, runs it, and turns whatever happens into one clear line and an exit code.</summary>
internal static class R2ecProgram
{
    private const string Teaching =
        """
        Begin here:
          r2ec train cluster-config/experiments/quickstart.yaml     # five minutes on two cores, no set-up
          r2ec runs show quickstart                                 # what came of it; runs/quickstart/report.html has the curves
        Each command's own --help has examples.
        """;

    /// <summary>Every verb under the program's name.</summary>
    public static RootCommand Build()
    {
        var root = new RootCommand("R2ec.Distributed trains language models that reason before they recommend, with RecPO, and proves what it did.")
        {
            TrainCommand.Build(),
            ResumeCommand.Build(),
            ReplayCommand.Build(),
            EvaluateCommand.Build(),
            ExportCommand.Build(),
            RunsCommand.Build(),
            PrepareCommand.Build(),
            SpecCommand.Build(),
            ModelCommand.Build(),
            NodeCommand.Build(),
            ClusterCommand.Build(),
            CertsCommand.Build(),
            SubmitCommand.Build(),
            WatchCommand.Build(),
            FetchCommand.Build(),
        };
        foreach (var verb in ClusterRunCommands.Build().Concat(NodeCommands.Build()))
        {
            root.Subcommands.Add(verb);
        }

        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new TeachingHelp((HelpAction)help.Action!, Teaching);
        return root;
    }

    /// <summary>Runs a command line.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var root = Build();
        if (Unknown(root, args) is { } complaint)
        {
            await Console.Error.WriteLineAsync(complaint);
            return ExitCode.Usage;
        }

        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0 && parsed.Action is not TeachingHelp)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync(error.Message);
            }

            await Console.Error.WriteLineAsync($"See `r2ec {Names(parsed.CommandResult.Command, root)}--help`.");
            return ExitCode.Usage;
        }

        return await Faults.GuardAsync(() => parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }));
    }

    private static string? Unknown(Command root, string[] args)
    {
        var at = root;
        foreach (var word in args.TakeWhile(a => !a.StartsWith('-')))
        {
            if (at.Subcommands.Count == 0)
            {
                return null;
            }

            var next = at.Subcommands.FirstOrDefault(c => c.Name == word);
            if (next is null)
            {
                var near = NearestWord.To(word, at.Subcommands.Select(c => c.Name));
                var hint = near is null ? $"the commands are {string.Join(", ", at.Subcommands.Select(c => c.Name))}" : $"did you mean '{Names(at, root)}{near}'";
                return $"'{Names(at, root)}{word}' is no command of r2ec; {hint}. See `r2ec {Names(at, root)}--help`.";
            }

            at = next;
        }

        return null;
    }

    private static string Names(Command command, Command root) =>
        command == root ? "" : string.Concat(Names(command.Parents.OfType<Command>().FirstOrDefault() ?? root, root), command.Name, " ");
}
