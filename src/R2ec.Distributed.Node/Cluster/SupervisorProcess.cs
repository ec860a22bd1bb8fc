namespace R2ec.Distributed.Node.Cluster;

/// <summary>Which process supervises a cluster: supervisor.json.</summary>
/// <param name="Pid">Its number.</param>
/// <param name="StartedTicks">When it began.</param>
internal sealed record SupervisorProcess(int Pid, long StartedTicks)
{
    /// <summary>Whether it lives.</summary>
    public bool Lives => LinuxProcess.Lives(Pid, StartedTicks);

    /// <summary>The one that a folder names; null where none does.</summary>
    public static SupervisorProcess? Of(ClusterFolder folder) => ClusterJson.Read<SupervisorProcess>(folder.SupervisorState);

    /// <summary>Says in the folder that it is this process.</summary>
    public static void Claim(ClusterFolder folder) =>
        ClusterJson.Write(folder.SupervisorState, new SupervisorProcess(Environment.ProcessId, LinuxProcess.StartedTicks(Environment.ProcessId) ?? 0));

    /// <summary>Ends it without ending a node.</summary>
    public async Task EndAsync(TimeProvider clock)
    {
        LinuxProcess.Signal(Pid, StartedTicks, LinuxProcess.Terminate);
        if (!await Waiting.UntilAsync(() => !Lives, TimeSpan.FromSeconds(3), clock))
        {
            LinuxProcess.Signal(Pid, StartedTicks, LinuxProcess.Kill);
            await Waiting.UntilAsync(() => !Lives, TimeSpan.FromSeconds(3), clock);
        }
    }
}
