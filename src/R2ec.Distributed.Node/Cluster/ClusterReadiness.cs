namespace R2ec.Distributed.Node.Cluster;

/// <summary>Waits until nodes say that they are ready, and says what it waits for.</summary>
internal sealed class ClusterReadiness(ClusterFolder folder, IClusterParts parts, TimeProvider clock, TextWriter output)
{
    private const int LinesShown = 20;
    private const int DeathsShown = 5;
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(5);

    /// <summary>Waits for all nodes that are to run and for cluster.json to list them; null when they are, else what to tell a person.</summary>
    /// <param name="supervisorIsGone">Whether there is nobody who would start a node.</param>
    /// <param name="limit">How long it waits.</param>
    /// <param name="stop">Ends the waiting.</param>
    public async Task<string?> WaitAllAsync(Func<bool> supervisorIsGone, TimeSpan limit, CancellationToken stop)
    {
        var (began, told) = (clock.GetTimestamp(), clock.GetTimestamp());
        string? fault = null;
        IReadOnlyList<NodeFolder> waiting = [];
        var ready = await Waiting.UntilAsync(
            async () =>
            {
                waiting = await NotReadyAsync(stop);
                fault = (supervisorIsGone() ? $"The supervisor does not run. The end of {folder.SupervisorLog}:\n{Tail(folder.SupervisorLog)}" : null)
                    ?? waiting.Select(Hopeless).FirstOrDefault(f => f is not null);
                if (waiting.Count > 0 && clock.GetElapsedTime(told) >= Pace)
                {
                    told = clock.GetTimestamp();
                    await output.WriteLineAsync($"  {clock.GetElapsedTime(began).TotalSeconds:0} s: waiting for {string.Join(", ", waiting.Select(n => n.Name))}");
                }

                return fault is not null || (waiting.Count == 0 && Listed());
            },
            limit,
            clock,
            stop);
        return fault ?? (ready ? null : waiting.Count > 0 ? Late(waiting[0], limit) : $"The supervisor does not list the nodes; its log is {folder.SupervisorLog}.");
    }

    /// <summary>Waits for another process of a node than the one given to be ready and listed; null when it is, else what to tell a person.</summary>
    public async Task<string?> WaitAsync(NodeFolder node, int formerPid, TimeSpan limit, CancellationToken stop)
    {
        string? fault = null;
        var ready = await Waiting.UntilAsync(
            async () => (fault = NodeRequest.IsPending(node) ? null : Hopeless(node)) is not null
                || (StateOf(node) is { Pid: > 0, Desired: NodeDesire.Run } state && state.Pid != formerPid && await IsReadyAsync(node, stop) && IsListed(node, state.Pid)),
            limit,
            clock,
            stop);
        return fault ?? (ready ? null : Late(node, limit));
    }

    private async Task<IReadOnlyList<NodeFolder>> NotReadyAsync(CancellationToken stop)
    {
        var nodes = folder.AllNodes().Where(n => StateOf(n)?.Desired is not NodeDesire.Drained).ToList();
        var ready = await Task.WhenAll(nodes.Select(n => StateOf(n) is { Pid: > 0 } ? IsReadyAsync(n, stop) : Task.FromResult(false)));
        return [.. nodes.Where((_, at) => !ready[at])];
    }

    private Task<bool> IsReadyAsync(NodeFolder node, CancellationToken stop) => parts.IsReadyAsync(NodeConfigFile.Read(node.Config), stop);

    private bool Listed() => ClusterJson.Read<ClusterFacts>(folder.Facts) is { } facts
        && folder.AllNodes().All(n => StateOf(n) is not { Pid: > 0 } state || facts.Nodes.Any(f => f.Name == n.Name && f.Pid == state.Pid));

    private bool IsListed(NodeFolder node, int pid) => ClusterJson.Read<ClusterFacts>(folder.Facts)?.Nodes.Any(f => f.Name == node.Name && f.Pid == pid) == true;

    private static string? Hopeless(NodeFolder node) => StateOf(node) switch
    {
        { Desired: NodeDesire.Retired } => $"{node.Name} died too often and is retired. The end of {node.Log}:\n{Tail(node.Log)}",
        { EarlyDeaths: >= DeathsShown, LastExit: var code } => $"{node.Name} died {DeathsShown} times in a row soon after its start{(code is null ? "" : $", with {code} at last")}. The end of {node.Log}:\n{Tail(node.Log)}",
        _ => null,
    };

    private static string Late(NodeFolder node, TimeSpan limit) => $"{node.Name} is not ready after {limit.TotalSeconds:0} s. The end of {node.Log}:\n{Tail(node.Log)}";

    private static NodeState? StateOf(NodeFolder node) => ClusterJson.Read<NodeState>(node.State);

    private static string Tail(string log) => File.Exists(log) ? string.Join('\n', File.ReadLines(log).TakeLast(LinesShown)) : "(there is no log)";
}
