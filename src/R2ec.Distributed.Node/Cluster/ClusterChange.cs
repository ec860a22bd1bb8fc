using R2ec.Distributed.Core;
using R2ec.Distributed.Node.Commands;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>What <c>cluster add</c>, <c>restart --rolling</c> and <c>readmit</c> do: they ask the living supervisor, and wait for what comes of it.</summary>
internal sealed class ClusterChange(IClusterParts parts, TimeProvider clock, TextWriter output)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(150);
    private static readonly string[] Order = ["rollout", "reward", "learner", "gateway", "coordinator"];

    /// <summary>Adds a node; returns when it is ready and listed.</summary>
    public async Task<int> AddAsync(ClusterFolder folder, string role, CancellationToken stop)
    {
        if (!IsSupervised(folder))
        {
            return await UnreachableAsync(folder);
        }

        var node = new ClusterMaker(folder, parts).Add(role);
        return await TellAsync(await Readiness(folder).WaitAsync(node, 0, Limit, stop), $"{node.Name} joined");
    }

    /// <summary>Replaces the process of every node that is to run, one after another; returns when each was ready again.</summary>
    public async Task<int> RestartAsync(ClusterFolder folder, CancellationToken stop)
    {
        if (!IsSupervised(folder))
        {
            return await UnreachableAsync(folder);
        }

        foreach (var node in Rolling(folder))
        {
            var former = ClusterJson.Read<NodeState>(node.State) ?? new NodeState();
            if (former.Desired is NodeDesire.Drained or NodeDesire.Down)
            {
                continue;
            }

            NodeRequest.Put(node, NodeRequest.Restart);
            if (await Readiness(folder).WaitAsync(node, former.Pid, Limit, stop) is { } late)
            {
                return await TellAsync(late, "");
            }

            await output.WriteLineAsync($"{node.Name} was replaced");
        }

        return ExitCode.Done;
    }

    /// <summary>Starts a node again that was drained or retired; returns when it is ready and listed.</summary>
    public async Task<int> ReadmitAsync(ClusterFolder folder, string name, CancellationToken stop)
    {
        if (!IsSupervised(folder))
        {
            return await UnreachableAsync(folder);
        }

        return await TellAsync(await Readiness(folder).WaitAsync(Readmit(folder, name), 0, Limit, stop), $"{name} runs again");
    }

    /// <summary>Asks the supervisor to start a node that was drained or retired, and does not wait: for the client command, once the coordinator knows of it.</summary>
    /// <exception cref="InputException">There is no node of that name.</exception>
    public static NodeFolder Readmit(ClusterFolder folder, string name)
    {
        var node = folder.AllNodes().FirstOrDefault(n => n.Name == name)
            ?? throw new InputException($"There is no node '{name}' in {folder.Path}; there are {string.Join(", ", folder.AllNodes().Select(n => n.Name))}.");
        NodeRequest.Put(node, NodeRequest.Run);
        return node;
    }

    /// <summary>The nodes as a rolling restart takes them: workers first, the coordinators last and the oldest, which leads, after its standbys.</summary>
    public static IReadOnlyList<NodeFolder> Rolling(ClusterFolder folder) =>
        [.. folder.AllNodes().OrderBy(n => Array.FindIndex(Order, role => n.Name.StartsWith(role + "-", StringComparison.Ordinal))).ThenByDescending(n => n.Name.Length).ThenByDescending(n => n.Name, StringComparer.Ordinal)];

    private static bool IsSupervised(ClusterFolder folder)
    {
        _ = ClusterMaker.LayoutOf(folder);
        return SupervisorProcess.Of(folder) is { Lives: true };
    }

    private ClusterReadiness Readiness(ClusterFolder folder) => new(folder, parts, clock, output);

    private async Task<int> UnreachableAsync(ClusterFolder folder)
    {
        await output.WriteLineAsync($"The supervisor of {folder.Path} does not run. `r2ec cluster up --dir {folder.Path}` starts one; nodes that live are left as they are.");
        return ExitCode.Unreachable;
    }

    private async Task<int> TellAsync(string? fault, string done)
    {
        await output.WriteLineAsync(fault ?? done);
        return fault is null ? ExitCode.Done : ExitCode.Failed;
    }
}
