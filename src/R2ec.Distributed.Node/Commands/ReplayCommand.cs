using System.CommandLine;
using R2ec.Distributed.Node.Composition;

namespace R2ec.Distributed.Node.Commands;

/// <summary><c>replay RUN</c>.</summary>
internal static class ReplayCommand
{
    /// <summary>The command.</summary>
    public static Verb Build()
    {
        var (run, runs) = (CommonOptions.Run(), CommonOptions.Runs());
        var from = new Option<int?>("--from") { Description = "0: from nothing but spec, data, journal and payloads; left out: from the oldest checkpoint that is kept.", HelpName = "0|STEP" };
        return new Verb("replay", "Prove a run: train its journaled groups again and compare each step's weights with the journal.",
            """
            Examples:
              r2ec replay quickstart
              r2ec replay quickstart --from 0
            Prints the hash of the last step's weights, or names the first step that differs (exit code 5).
            """).With(run, runs, from).Does((parsed, _) =>
                ReplayRun.RunAsync(parsed.GetValue(runs)!, parsed.GetValue(run)!, parsed.GetValue(from)));
    }
}
