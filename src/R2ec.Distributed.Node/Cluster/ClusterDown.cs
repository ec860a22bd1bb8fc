using R2ec.Distributed.Core;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>
/// What <c>cluster down</c> does. It ends the supervisor first, so that nobody starts what is ended here: then the other nodes, then the coordinators to which they
/// hand back their work, then the database server. Whatever does not end in its time is killed, frozen or not.
/// </summary>
internal sealed class ClusterDown(IClusterParts parts, TimeProvider clock, TextWriter output)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan OthersLimit = TimeSpan.FromSeconds(35);
    private static readonly TimeSpan KillLimit = TimeSpan.FromSeconds(10);

    /// <summary>Brings it down; where nothing runs it says so. Its folder stays, and cluster.json with an empty list of nodes.</summary>
    /// <exception cref="InputException">No cluster was made there, or a process does not even end when it is killed.</exception>
    public async Task RunAsync(ClusterFolder folder, CancellationToken stop)
    {
        var layout = ClusterMaker.LayoutOf(folder);
        if (SupervisorProcess.Of(folder) is { } supervisor)
        {
            await supervisor.EndAsync(clock);
        }

        using var hold = SupervisorLock.Take(folder);
        var began = clock.GetTimestamp();
        var nodes = folder.AllNodes().Select(n => (Folder: n, Config: NodeConfigFile.Read(n.Config))).ToList();
        await EndAsync([.. nodes.Where(n => !n.Config.Roles.Contains("coordinator")).Select(n => n.Folder)], OthersLimit, stop);
        await EndAsync([.. nodes.Where(n => n.Config.Roles.Contains("coordinator")).Select(n => n.Folder)], Limit - clock.GetElapsedTime(began), stop);
        if (layout.OwnDatabase)
        {
            await parts.Database(folder.Postgres).StopAsync(stop);
        }

        NodeNetwork.Of(layout)?.Remove();
        ClusterJson.Write(folder.Facts, ClusterFacts.Of(folder, layout, nodes.Select(n => (n.Folder, n.Config, new NodeState()))));
        await output.WriteLineAsync($"the cluster in {folder.Path} is down after {clock.GetElapsedTime(began).TotalSeconds:0} s; `r2ec cluster up --dir {folder.Path}` starts it again");
    }

    private async Task EndAsync(IReadOnlyList<NodeFolder> nodes, TimeSpan limit, CancellationToken stop)
    {
        var living = nodes.Select(n => (Node: n, Process: Ask(n))).Where(n => n.Process is not null).Select(n => (n.Node, n.Process!.Value.Pid, n.Process.Value.Ticks)).ToList();
        if (!await Waiting.UntilAsync(() => living.TrueForAll(n => !LinuxProcess.Lives(n.Pid, n.Ticks)), limit, clock, stop))
        {
            foreach (var (node, pid, ticks) in living.Where(n => LinuxProcess.Lives(n.Pid, n.Ticks)))
            {
                await output.WriteLineAsync($"{node.Name} did not end in time and is killed (process {pid})");
                LinuxProcess.Signal(pid, ticks, LinuxProcess.Kill);
            }

            if (!await Waiting.UntilAsync(() => living.TrueForAll(n => !LinuxProcess.Lives(n.Pid, n.Ticks)), KillLimit, clock, stop))
            {
                var left = living.First(n => LinuxProcess.Lives(n.Pid, n.Ticks));
                throw new InputException($"{left.Node.Name} (process {left.Pid}) does not end although it was killed: it waits for a device or a disk. Look at it, then bring the cluster down again.");
            }
        }

        foreach (var node in nodes)
        {
            var state = ClusterJson.Read<NodeState>(node.State) ?? new NodeState();
            ClusterJson.Write(node.State, state with { Pid = 0, StartedTicks = 0 });
        }
    }

    // A drained node stays drained; what was asked of a supervisor and not taken is worth nothing any more.
    private static (int Pid, long Ticks)? Ask(NodeFolder node)
    {
        NodeRequest.Forget(node);
        var state = ClusterJson.Read<NodeState>(node.State) ?? new NodeState();
        ClusterJson.Write(node.State, state.Desired == NodeDesire.Drained ? state : state with { Desired = NodeDesire.Down, NotBefore = null, KillAt = null, EarlyDeaths = 0, Restarts = [] });
        var process = LinuxProcess.Lives(state.Pid, state.StartedTicks) ? (state.Pid, state.StartedTicks) : WatchedNode.Find(node);
        if (process is { } found)
        {
            LinuxProcess.Signal(found.Item1, found.Item2, LinuxProcess.Terminate);
            LinuxProcess.Signal(found.Item1, found.Item2, LinuxProcess.Continue);
        }

        return process;
    }
}
