using System.Globalization;
using R2ec.Distributed.Node.Commands;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>What <c>cluster status</c> prints: each node with what it is to be and what it is, from the files and the processes alone.</summary>
internal static class ClusterStatus
{
    /// <summary>Prints; the result is the exit code.</summary>
    public static int Run(ClusterFolder folder, bool json, TextWriter output)
    {
        _ = ClusterMaker.LayoutOf(folder);
        var supervisor = SupervisorProcess.Of(folder) is { Lives: true } living ? living.Pid : 0;
        var nodes = folder.AllNodes().Select(n => (Config: NodeConfigFile.Read(n.Config), State: ClusterJson.Read<NodeState>(n.State) ?? new NodeState(), n.Log)).ToList();
        if (json)
        {
            output.WriteLine(ClusterJson.Text(new
            {
                Supervisor = supervisor,
                Nodes = nodes.Select(n => new { n.Config.Name, n.Config.Roles, State = Word(n.State), n.State.Pid, Restarts = n.State.Restarts.Count, n.State.LastExit, n.Log }),
            }));
            return ExitCode.Done;
        }

        output.WriteLine(supervisor > 0 ? $"supervised by process {supervisor}" : $"no supervisor: `r2ec cluster up --dir {folder.Path}` starts one");
        foreach (var (config, state, log) in nodes)
        {
            var pid = state.Pid > 0 ? state.Pid.ToString(CultureInfo.InvariantCulture) : "-";
            output.WriteLine($"  {config.Name,-16} {Word(state),-10} process {pid,-8} deaths in {RestartRules.BudgetSpan.TotalMinutes} min: {state.Restarts.Count,-3} {log}");
        }

        return ExitCode.Done;
    }

    private static string Word(NodeState state) => state.Desired switch
    {
        NodeDesire.Drained => "drained",
        NodeDesire.Retired => "retired",
        NodeDesire.Down => "down",
        _ when LinuxProcess.Lives(state.Pid, state.StartedTicks) => state.Desired == NodeDesire.Restart ? "restarting" : "running",
        _ => "starting",
    };
}
