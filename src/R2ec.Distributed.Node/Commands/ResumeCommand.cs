using System.CommandLine;
using R2ec.Distributed.Node.Client;
using R2ec.Distributed.Node.Composition;

namespace R2ec.Distributed.Node.Commands;

/// <summary><c>resume RUN</c>.</summary>
internal static class ResumeCommand
{
    /// <summary>The command.</summary>
    public static Verb Build()
    {
        var (run, runs, cluster, json) = (CommonOptions.Run(), CommonOptions.Runs(), new ClusterOptions(), CommonOptions.Json());
        var accept = new Option<bool>("--accept-other-numerics") { Description = "Go on although this machine computes other bits than the one that the run began on; the journal records it." };
        return new Verb("resume", "Go on with a run that was interrupted, paused or killed; it ends with the bits of an undisturbed one.",
            """
            Examples:
              r2ec resume quickstart
              r2ec resume quickstart --runs /data/runs
              r2ec resume games --cluster /data/cluster        # a run of a cluster that is paused or failed
            The journal and the payloads are the run: without a checkpoint it is trained again from them. A completed run says so.
            """).With(run, runs, accept).With(cluster.All).With(json).Does(async (parsed, stop) =>
            {
                using var client = cluster.Find(parsed, environment: !CommonOptions.IsGiven(parsed, runs));
                return client is null
                    ? await TrainRun.ResumeAsync(parsed.GetValue(runs)!, parsed.GetValue(run)!, parsed.GetValue(accept))
                    : await Orders.GiveAsync(client, $"{ClusterPaths.Run(parsed.GetValue(run)!)}/resume{(parsed.GetValue(accept) ? "?accept_other_numerics=true" : "")}", parsed.GetValue(json), stop);
            });
    }
}
