using System.CommandLine;
using R2ec.Distributed.Node.Client;

namespace R2ec.Distributed.Node.Commands;

/// <summary><c>fetch RUN</c>.</summary>
internal static class FetchCommand
{
    /// <summary>The command.</summary>
    public static Verb Build()
    {
        var (run, cluster) = (CommonOptions.ClusterRun(), new ClusterOptions());
        var output = new Option<string>("--out") { Description = "Folder to make; it appears whole or not at all.", HelpName = "DIR", Required = true };
        return new Verb("fetch", "Bring a run of a cluster to this machine: spec, metrics, policy, report.",
            """
            Example:
              r2ec fetch games --cluster /data/cluster --out games
            DIR holds spec.resolved.yaml, metrics.jsonl, report.html and policy.safetensors, whose digest was compared with the journal's.
            """).With(run, output).With(cluster.All).Does(async (parsed, stop) =>
            {
                using var client = cluster.Client(parsed);
                return await FetchRun.RunAsync(client, parsed.GetValue(run)!, parsed.GetValue(output)!, TimeProvider.System, stop);
            });
    }
}
