using System.Text.Json;
using R2ec.Distributed.Node.Commands;

namespace R2ec.Distributed.Node.Client;

/// <summary>What a cluster tells of its runs and nodes, printed for people or as it came.</summary>
internal static class Views
{
    /// <summary>Every run.</summary>
    public static Task<int> RunsAsync(ClusterClient cluster, bool json, CancellationToken stop) =>
        PrintAsync(cluster, "runs", json, runs => runs.GetArrayLength() == 0 ? ["There is no run yet. `r2ec submit SPEC` begins one."] : runs.EnumerateArray().Select(ClusterText.Row), stop);

    /// <summary>One run.</summary>
    public static Task<int> RunAsync(ClusterClient cluster, string run, bool json, CancellationToken stop) => PrintAsync(cluster, ClusterPaths.Run(run), json, ClusterText.Run, stop);

    /// <summary>Every node.</summary>
    public static Task<int> NodesAsync(ClusterClient cluster, bool json, CancellationToken stop) => PrintAsync(cluster, "nodes", json, ClusterText.Nodes, stop);

    /// <summary>Why a run stands where it stands.</summary>
    public static Task<int> WhyAsync(ClusterClient cluster, string run, bool json, CancellationToken stop) =>
        PrintAsync(cluster, $"{ClusterPaths.Run(run)}/why", json, why => ClusterText.Why(why, cluster.Access.Flags), stop);

    /// <summary>The faults that a run went through.</summary>
    public static Task<int> FaultsAsync(ClusterClient cluster, string run, bool json, CancellationToken stop) =>
        PrintAsync(cluster, $"{ClusterPaths.Run(run)}/faults", json, faults => faults.GetArrayLength() == 0 ? [$"run {run} went through no fault"] : faults.EnumerateArray().Select(ClusterText.Fault), stop);

    /// <summary>What became of every planned group; exit code 5 where something is not in order.</summary>
    public static async Task<int> AuditAsync(ClusterClient cluster, string run, bool json, CancellationToken stop)
    {
        var audit = await cluster.GetAsync($"{ClusterPaths.Run(run)}/audit", stop);
        Print(audit, json, ClusterText.Audit);
        return ClusterText.Clean(audit) ? ExitCode.Done : ExitCode.Failed;
    }

    private static async Task<int> PrintAsync(ClusterClient cluster, string path, bool json, Func<JsonElement, IEnumerable<string>> lines, CancellationToken stop)
    {
        Print(await cluster.GetAsync(path, stop), json, lines);
        return ExitCode.Done;
    }

    private static void Print(JsonElement value, bool json, Func<JsonElement, IEnumerable<string>> lines)
    {
        foreach (var line in json ? [value.GetRawText()] : lines(value))
        {
            Console.Out.WriteLine(line);
        }
    }
}
