using System.CommandLine;
using R2ec.Distributed.Node.Client;
using R2ec.Distributed.Node.Cluster;

namespace R2ec.Distributed.Node.Commands;

/// <summary><c>nodes</c> and <c>drain|evict|readmit NODE</c>.</summary>
internal static class NodeCommands
{
    /// <summary>The commands.</summary>
    public static IEnumerable<Verb> Build() =>
    [
        Nodes(),
        Ordering("drain", "Have a node hand back its leases and end; it is not started again until it is readmitted.", "  r2ec drain rollout-2 --cluster /data/cluster"),
        Ordering("evict", "Take a node's work away and refuse it from now on.", "  r2ec evict rollout-2 --cluster /data/cluster"),
        Ordering("readmit", "Let a drained or evicted node work again.", "  r2ec readmit rollout-2 --cluster /data/cluster"),
    ];

    private static Verb Nodes()
    {
        var (cluster, json) = (new ClusterOptions(), CommonOptions.Json());
        return new Verb("nodes", "List the nodes of a cluster: state, age of the last beat, leases, memory, restarts left, the weights that they hold, why they get no work.",
            """
            Examples:
              r2ec nodes --cluster /data/cluster
              r2ec nodes --cluster /data/cluster --json | jq '.[] | select(.state != "Healthy")'
            States: Healthy, Stale, Suspect, Dead, Draining, Drained, Evicted.
            RESTARTS: how often a node's process may still die before the supervisor of `r2ec cluster up` leaves it alone; - where nobody counts.
            """).With(cluster.All).With(json).Does(async (parsed, stop) =>
            {
                using var client = cluster.Client(parsed);
                return await Views.NodesAsync(client, parsed.GetValue(json), stop);
            });
    }

    private static Verb Ordering(string name, string summary, string example)
    {
        var (node, cluster, json) = (new Argument<string>("NODE") { Description = "Name of the node, as `r2ec nodes` lists it." }, new ClusterOptions(), CommonOptions.Json());
        return new Verb(name, summary, $"Example:\n{example}").With(node).With(cluster.All).With(json).Does(async (parsed, stop) =>
        {
            using var client = cluster.Client(parsed);
            return await Orders.GiveAsync(client, $"{ClusterPaths.Node(parsed.GetValue(node)!)}/{name}", parsed.GetValue(json), stop);
        });
    }
}
