using System.CommandLine;
using R2ec.Distributed.Node.Client;

namespace R2ec.Distributed.Node.Commands;

/// <summary><c>submit SPEC</c>.</summary>
internal static class SubmitCommand
{
    /// <summary>The command.</summary>
    public static Verb Build()
    {
        var (spec, set, cluster, json) = (CommonOptions.Spec(), CommonOptions.Set(), new ClusterOptions(), CommonOptions.Json());
        var name = new Option<string?>("--name") { Description = "Name of the run; by default the spec's file name, with a number where that is taken.", HelpName = "RUN" };
        return new Verb("submit", "Send a spec to a cluster, which trains it as soon as it is its turn.",
            """
            Examples:
              r2ec submit cluster-config/experiments/quickstart.yaml --cluster /data/cluster
              r2ec submit my.yaml --name lower-rate --set recpo.learning_rate=0.0002 --api https://cluster:7443 --token-file token --ca ca.pem
            The spec is checked whole before it is sent. data.path and model.path are names below the nodes' roots. The same name with the same spec again is the
            same run; with another spec it is refused.
            """).With(spec, name, set).With(cluster.All).With(json).Does(async (parsed, stop) =>
            {
                using var client = cluster.Client(parsed);
                return await SubmitRun.RunAsync(client, parsed.GetValue(spec)!, parsed.GetValue(name), parsed.GetValue(set)!, parsed.GetValue(json), stop);
            });
    }
}
