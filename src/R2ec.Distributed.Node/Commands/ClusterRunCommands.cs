using R2ec.Distributed.Node.Client;

namespace R2ec.Distributed.Node.Commands;

/// <summary><c>show|why|faults|audit|pause|stop RUN</c>: what is asked and ordered of a cluster's runs.</summary>
internal static class ClusterRunCommands
{
    /// <summary>The commands.</summary>
    public static IEnumerable<Verb> Build() =>
    [
        Asking("show", "Show a run of a cluster: its state, its step, the hash of its weights, the last of each metric.", "  r2ec show games --cluster /data/cluster --json | jq .step", Views.RunAsync),
        Asking("why", "Say what a run waits for: who for whom, since when, until when, the most likely cause, and what to type next.", "  r2ec why games --cluster /data/cluster", Views.WhyAsync),
        Asking("faults", "List the faults that a run went through: what died, the evidence, how long it took to detect and to catch up.", "  r2ec faults games --cluster /data/cluster", Views.FaultsAsync),
        Asking("audit", "Count what became of every planned group, from the journal alone; exit code 5 where one is lost or counted twice.", "  r2ec audit games --cluster /data/cluster --json | jq .lost", Views.AuditAsync),
        Ordering("pause", "Hold a run's work at the next boundary.", "  r2ec pause games --cluster /data/cluster\n`resume` goes on with it."),
        Ordering("stop", "End a run for good; what it has made is kept.", "  r2ec stop games --cluster /data/cluster\nA stopped run does not go on: `pause` holds one."),
    ];

    private static Verb Asking(string name, string summary, string example, Func<ClusterClient, string, bool, CancellationToken, Task<int>> ask)
    {
        var (run, cluster, json) = (CommonOptions.ClusterRun(), new ClusterOptions(), CommonOptions.Json());
        return new Verb(name, summary, $"Example:\n{example}").With(run).With(cluster.All).With(json).Does(async (parsed, stop) =>
        {
            using var client = cluster.Client(parsed);
            return await ask(client, parsed.GetValue(run)!, parsed.GetValue(json), stop);
        });
    }

    private static Verb Ordering(string name, string summary, string example) =>
        Asking(name, summary, example, (client, run, json, stop) => Orders.GiveAsync(client, $"{ClusterPaths.Run(run)}/{name}", json, stop));
}
