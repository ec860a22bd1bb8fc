using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Node.Client;

namespace R2ec.Distributed.Node.Commands;

/// <summary><c>watch RUN</c>.</summary>
internal static class WatchCommand
{
    /// <summary>The command.</summary>
    public static Verb Build()
    {
        var (run, cluster, json) = (CommonOptions.ClusterRun(), new ClusterOptions(), CommonOptions.Json());
        return new Verb("watch", "Follow a run of a cluster until it ends.",
            """
            Examples:
              r2ec watch games --cluster /data/cluster
              r2ec watch games --cluster /data/cluster --json      # every fact of its journal, one a line
            Ends with the run: exit code 0 where it is completed, 5 where it failed or was stopped. Ctrl-C ends the watching alone.
            """).With(run).With(cluster.All).With(json).Does(async (parsed, stop) =>
            {
                using var client = cluster.Client(parsed);
                return await new WatchRun(client, RunId.Parse(parsed.GetValue(run)!), parsed.GetValue(json), TimeProvider.System).RunAsync(stop);
            });
    }
}
