using R2ec.Distributed.Node.Composition;

namespace R2ec.Distributed.Node.Commands;

/// <summary><c>runs list|show</c>.</summary>
internal static class RunsCommand
{
    /// <summary>The command with its subcommands.</summary>
    public static Verb Build() => new Verb("runs", "List runs, or show one.",
        """
        Examples:
          r2ec runs list
          r2ec runs show quickstart --json
        """).With(List(), Show());

    private static Verb List()
    {
        var (runs, json) = (CommonOptions.Runs(), CommonOptions.Json());
        return new Verb("list", "List the runs of a folder with their state.",
            """
            Example:
              r2ec runs list --runs /data/runs
            """).With(runs, json).Does((parsed, _) => Task.FromResult(ShowRuns.List(parsed.GetValue(runs)!, parsed.GetValue(json))));
    }

    private static Verb Show()
    {
        var (run, runs, json) = (CommonOptions.Run(), CommonOptions.Runs(), CommonOptions.Json());
        return new Verb("show", "Show a run: its state, its step, the hash of its weights, the last of each metric.",
            """
            Examples:
              r2ec runs show quickstart
              r2ec runs show quickstart --json | jq .weights
            States: Queued, Running, Paused, Interrupted, Completed, Failed, Stopped.
            """).With(run, runs, json).Does((parsed, _) => Task.FromResult(ShowRuns.Show(parsed.GetValue(runs)!, parsed.GetValue(run)!, parsed.GetValue(json))));
    }
}
