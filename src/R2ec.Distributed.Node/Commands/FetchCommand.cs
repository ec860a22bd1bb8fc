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
        var checkpoints = new Option<string>("--checkpoints") { Description = "Which of the kept checkpoints come: all, newest or none.", HelpName = "WHICH", DefaultValueFactory = _ => "all" };
        checkpoints.AcceptOnlyFromAmong("all", "newest", "none");
        return new Verb("fetch", "Bring a run of a cluster to this machine: spec, metrics, samples, policy, checkpoints, report.",
            """
            Example:
              r2ec fetch games --cluster /data/cluster --out games
            DIR holds spec.resolved.yaml, metrics.jsonl, samples.jsonl, report.html, policy.safetensors and checkpoints/. Digests of policy and checkpoints were compared with the journal's.
            A checkpoint that no living node holds is named and left out.
            """).With(run, output, checkpoints).With(cluster.All).Does(async (parsed, stop) =>
            {
                using var client = cluster.Client(parsed);
                return await FetchRun.RunAsync(client, parsed.GetValue(run)!, parsed.GetValue(output)!, parsed.GetValue(checkpoints)!, TimeProvider.System, stop);
            });
    }
}
