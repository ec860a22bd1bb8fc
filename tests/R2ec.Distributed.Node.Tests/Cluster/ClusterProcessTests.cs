using R2ec.Distributed.Node.Cluster;
using R2ec.Distributed.Node.Commands;
using R2ec.Distributed.Node.Tests.Commands;

namespace R2ec.Distributed.Node.Tests.Cluster;

/// <summary>The supervisor as a process of its own, which is killed, and the commands around it.</summary>
[Trait("Category", "Cluster")]
public sealed class ClusterProcessTests
{
    private const int Stop = 19;

    [Fact]
    public async Task A_supervisor_that_is_killed_ends_no_node_and_the_next_one_watches_them()
    {
        await using var cluster = await StandInCluster.MadeAsync();
        using (var first = cluster.StartSupervisor())
        {
            await cluster.AllReadyAsync(5);
            first.Kill();
            await first.WaitForExitAsync();
        }

        var before = cluster.Facts.Nodes.ToDictionary(n => n.Name, n => n.Pid);
        cluster.Signal("learner-0", LinuxProcess.Kill);           // dies while nobody watches
        using var second = cluster.StartSupervisor();
        await cluster.UntilAsync(() => cluster.Pid("learner-0") != before["learner-0"] && cluster.Pid("learner-0") > 0);
        Assert.All(before.Where(n => n.Key != "learner-0"), n => Assert.Equal(n.Value, cluster.Pid(n.Key)));

        cluster.Signal("rollout-0", LinuxProcess.Kill);           // both are no children of the second one
        cluster.Signal("reward-0", LinuxProcess.Terminate);
        await cluster.UntilAsync(() => cluster.Pid("rollout-0") != before["rollout-0"] && cluster.Pid("rollout-0") > 0 && cluster.State("reward-0").Desired == NodeDesire.Drained);
        await cluster.UntilAsync(() => cluster.Facts.Nodes.Count == 4);
    }

    [Fact]
    public async Task A_node_that_no_state_names_is_found_by_its_command_line()
    {
        await using var cluster = await StandInCluster.MadeAsync();
        using (var first = cluster.StartSupervisor())
        {
            await cluster.AllReadyAsync(5);
            first.Kill();
            await first.WaitForExitAsync();
        }

        var before = cluster.Facts.Nodes.ToDictionary(n => n.Name, n => n.Pid);
        File.Delete(cluster.Folder.Node("rollout-0").State);      // as if the first had died between the start and the note of it
        File.Delete(cluster.Folder.Facts);
        using var second = cluster.StartSupervisor();
        await cluster.AllReadyAsync(5);

        Assert.Equal(before, cluster.Facts.Nodes.ToDictionary(n => n.Name, n => n.Pid));
    }

    [Fact]
    public async Task A_cluster_comes_up_goes_down_and_comes_up_again_with_what_it_had()
    {
        await using var cluster = StandInCluster.Empty();
        var up = new ClusterUp(cluster.Parts, TimeProvider.System, cluster.Output);
        Assert.True(await up.RunAsync(cluster.Request(), CancellationToken.None) == ExitCode.Done, cluster.Output.ToString());
        var first = cluster.Facts;
        Assert.Equal(5, first.Nodes.Count);
        Assert.Equal(ExitCode.Done, await up.RunAsync(cluster.Request(), CancellationToken.None));
        Assert.Equal(first.Nodes.Select(n => n.Pid), cluster.Facts.Nodes.Select(n => n.Pid));
        Assert.Contains("runs already", cluster.Output.ToString(), StringComparison.Ordinal);

        var supervisor = SupervisorProcess.Of(cluster.Folder)!;
        cluster.Signal("reward-0", Stop);                         // a frozen one ends too
        await new ClusterDown(cluster.Parts, TimeProvider.System, cluster.Output).RunAsync(cluster.Folder, CancellationToken.None);
        Assert.All(first.Nodes, n => Assert.Null(LinuxProcess.StartedTicks(n.Pid)));
        Assert.False(supervisor.Lives);
        Assert.Empty(cluster.Facts.Nodes);
        Assert.All(first.Nodes, n => Assert.Equal(NodeDesire.Down, cluster.State(n.Name).Desired));

        Assert.True(await up.RunAsync(cluster.Request(), CancellationToken.None) == ExitCode.Done, cluster.Output.ToString());
        Assert.Equal(first.Nodes.Select(n => (n.Name, n.Remoting, n.Bulk)), cluster.Facts.Nodes.Select(n => (n.Name, n.Remoting, n.Bulk)));
    }

    [Theory]
    [InlineData("2")]
    [InlineData("0")]
    [InlineData("x")]
    public async Task Another_number_of_coordinators_is_refused(string count)
    {
        var (code, _, error) = await R2ecProcess.RunAsync("cluster", "up", "--dir", "/nowhere/cluster", "--coordinators", count);

        Assert.Equal(ExitCode.Usage, code);
        Assert.NotEqual("", error);
    }
}
