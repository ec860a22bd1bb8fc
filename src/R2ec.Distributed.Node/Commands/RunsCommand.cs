using R2ec.Distributed.Node.Client;
using R2ec.Distributed.Node.Composition;

namespace R2ec.Distributed.Node.Commands;

/// <summary><c>runs list|show</c>.</summary>
internal static class RunsCommand
{
    /// <summary>The command with its subcommands.</summary>
    public static Verb Build() => new Verb("runs", "List runs, or show one, of a folder or of a cluster.",
        """
        Examples:
          r2ec runs list
          r2ec runs show quickstart --json
          r2ec runs list --cluster /data/cluster
        """).With(List(), Show());

    private static Verb List()
    {
        var (runs, cluster, json) = (CommonOptions.Runs(), new ClusterOptions(), CommonOptions.Json());
        return new Verb("list", "List the runs of a folder or of a cluster with their state.",
            """
            Examples:
              r2ec runs list --runs /data/runs
              r2ec runs list --cluster /data/cluster
            """).With(runs).With(cluster.All).With(json).Does(async (parsed, stop) =>
            {
                using var client = cluster.Find(parsed, environment: !CommonOptions.IsGiven(parsed, runs));
                return client is null ? ShowRuns.List(parsed.GetValue(runs)!, parsed.GetValue(json)) : await Views.RunsAsync(client, parsed.GetValue(json), stop);
            });
    }

    private static Verb Show()
    {
        var (run, runs, cluster, json) = (CommonOptions.Run(), CommonOptions.Runs(), new ClusterOptions(), CommonOptions.Json());
        return new Verb("show", "Show a run: its state, its step, the hash of its weights, the last of each metric.",
            """
            Examples:
              r2ec runs show quickstart
              r2ec runs show quickstart --json | jq .weights
              r2ec runs show games --cluster /data/cluster
            States: Queued, Running, Paused, Interrupted, Completed, Failed, Stopped.
            """).With(run, runs).With(cluster.All).With(json).Does(async (parsed, stop) =>
            {
                using var client = cluster.Find(parsed, environment: !CommonOptions.IsGiven(parsed, runs));
                return client is null
                    ? ShowRuns.Show(parsed.GetValue(runs)!, parsed.GetValue(run)!, parsed.GetValue(json))
                    : await Views.RunAsync(client, parsed.GetValue(run)!, parsed.GetValue(json), stop);
            });
    }
}
