using R2ec.Distributed.Node.Cluster;
using R2ec.Distributed.Node.Commands;

namespace R2ec.Distributed.Node.Tests.Cluster;

/// <summary>Real processes; the supervisor runs within the test.</summary>
public sealed class SupervisorTests
{
    private const int Stop = 19;

    [Fact]
    public async Task A_node_that_is_killed_is_another_process_soon_and_the_facts_say_so()
    {
        await using var cluster = (await StandInCluster.MadeAsync()).Supervised();
        await cluster.AllReadyAsync(5);
        var before = cluster.Pid("rollout-0");

        cluster.Signal("rollout-0", LinuxProcess.Kill);
        await cluster.UntilAsync(() => cluster.Facts.Nodes.Any(n => n.Name == "rollout-0" && n.Pid != before && cluster.IsReady("rollout-0", n.Pid)));

        Assert.Equal((137, 1, NodeDesire.Run), (cluster.State("rollout-0").LastExit, cluster.State("rollout-0").Restarts.Count, cluster.State("rollout-0").Desired));
    }

    [Fact]
    public async Task The_facts_name_what_scripts_rely_on()
    {
        await using var cluster = (await StandInCluster.MadeAsync(coordinators: 3)).Supervised();
        await cluster.AllReadyAsync(7);

        var facts = System.Text.Json.JsonDocument.Parse(File.ReadAllText(cluster.Folder.Facts)).RootElement;

        Assert.Equal(["api", "ca", "read_token_file", "write_token_file", "database_url_file", "nodes"], facts.EnumerateObject().Select(p => p.Name));
        Assert.StartsWith("https://127.0.0.1:", facts.GetProperty("api").GetString(), StringComparison.Ordinal);
        Assert.Equal(cluster.DatabaseFile, facts.GetProperty("database_url_file").GetString());
        Assert.All(facts.GetProperty("nodes").EnumerateArray(), n => Assert.Equal(["name", "roles", "pid", "remoting", "bulk", "log"], n.EnumerateObject().Select(p => p.Name)));
        Assert.Equal(
            ["coordinator-0", "coordinator-1", "coordinator-2", "gateway-0", "learner-0", "reward-0", "rollout-0"],
            facts.GetProperty("nodes").EnumerateArray().Select(n => n.GetProperty("name").GetString()).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(Directory.EnumerateFiles(cluster.Folder.Path), f => f.Contains(".new-", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_node_is_its_own_session_and_holds_no_descriptor_of_its_starter()
    {
        await using var cluster = (await StandInCluster.MadeAsync()).Supervised();
        await cluster.AllReadyAsync(5);

        Assert.All(cluster.Facts.Nodes, node =>
        {
            var open = Directory.EnumerateFileSystemEntries($"/proc/{node.Pid}/fd").Select(fd => File.ResolveLinkTarget(fd, returnFinalTarget: false)!.Name).ToList();
            Assert.DoesNotContain(open, target => target.StartsWith("pipe:", StringComparison.Ordinal) || target.StartsWith("socket:", StringComparison.Ordinal));
            var fields = File.ReadAllText($"/proc/{node.Pid}/stat").Split(") ")[^1].Split(' ');
            Assert.Equal($"{node.Pid}", fields[3]);                               // session
            Assert.Contains("node.sh\0node\0--config\0", File.ReadAllText($"/proc/{node.Pid}/cmdline"), StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task A_node_that_ends_with_0_is_drained_until_it_is_readmitted()
    {
        await using var cluster = (await StandInCluster.MadeAsync()).Supervised();
        await cluster.AllReadyAsync(5);

        cluster.Signal("reward-0", LinuxProcess.Terminate);
        await cluster.UntilAsync(() => cluster.State("reward-0").Desired == NodeDesire.Drained && cluster.Facts.Nodes.Count == 4);
        Assert.DoesNotContain(cluster.Facts.Nodes, n => n.Name == "reward-0");

        Assert.Equal(ExitCode.Done, await cluster.Change.ReadmitAsync(cluster.Folder, "reward-0", CancellationToken.None));
        Assert.Contains(cluster.Facts.Nodes, n => n.Name == "reward-0" && n.Pid == cluster.Pid("reward-0"));
    }

    [Fact]
    public async Task A_rolling_restart_replaces_every_process_but_the_drained_ones_frozen_ones_too()
    {
        await using var cluster = (await StandInCluster.MadeAsync(coordinators: 3)).Supervised();
        await cluster.AllReadyAsync(7);
        cluster.Signal("reward-0", LinuxProcess.Terminate);
        await cluster.UntilAsync(() => cluster.State("reward-0").Desired == NodeDesire.Drained && cluster.Facts.Nodes.Count == 6);
        var before = cluster.Facts.Nodes.ToDictionary(n => n.Name, n => n.Pid);
        cluster.Signal("learner-0", Stop);

        var code = await cluster.Change.RestartAsync(cluster.Folder, CancellationToken.None);

        Assert.Equal(ExitCode.Done, code);
        Assert.Equal(before.Keys.Order(StringComparer.Ordinal), cluster.Facts.Nodes.Select(n => n.Name).Order(StringComparer.Ordinal));
        Assert.All(cluster.Facts.Nodes, n => Assert.NotEqual(before[n.Name], n.Pid));
        Assert.Equal(["rollout-0", "reward-0", "learner-0", "gateway-0", "coordinator-2", "coordinator-1", "coordinator-0"], ClusterChange.Rolling(cluster.Folder).Select(n => n.Name));
    }

    [Fact]
    public async Task A_node_that_is_added_gets_the_next_name_and_ports_of_its_own()
    {
        await using var cluster = (await StandInCluster.MadeAsync()).Supervised();
        await cluster.AllReadyAsync(5);

        Assert.Equal(ExitCode.Done, await cluster.Change.AddAsync(cluster.Folder, "rollout", CancellationToken.None));

        Assert.Contains(cluster.Facts.Nodes, n => n.Name == "rollout-1" && n.Roles.SequenceEqual(["rollout"]));
        var addresses = cluster.Facts.Nodes.SelectMany(n => new[] { n.Remoting, n.Bulk }).ToList();
        Assert.Equal(addresses.Count, addresses.Distinct().Count());
    }

    [Fact]
    public async Task A_node_that_cannot_run_is_said_with_the_end_of_its_log()
    {
        await using var cluster = await StandInCluster.MadeAsync();
        File.WriteAllText(Path.Combine(cluster.Folder.Node("rollout-0").Path, "broken"), "");
        cluster.Supervised();
        await cluster.UntilAsync(() => cluster.State("rollout-0").LastExit is not null);
        await cluster.UntilAsync(() => cluster.Folder.AllNodes().Where(n => n.Name != "rollout-0").All(n => cluster.IsReady(n.Name, cluster.Pid(n.Name))));

        var said = await new ClusterReadiness(cluster.Folder, cluster.Parts, TimeProvider.System, cluster.Output).WaitAllAsync(() => false, TimeSpan.FromSeconds(1), CancellationToken.None);

        Assert.Contains("rollout-0", said, StringComparison.Ordinal);
        Assert.Contains("the stand-in is broken", said, StringComparison.Ordinal);
        Assert.Equal(3, cluster.State("rollout-0").LastExit);
    }

    [Fact]
    public async Task A_second_supervisor_is_refused()
    {
        await using var cluster = (await StandInCluster.MadeAsync()).Supervised();
        await cluster.AllReadyAsync(5);

        await Assert.ThrowsAsync<R2ec.Distributed.Core.InputException>(() => new Supervisor(cluster.Folder, cluster.Parts.Program, null, TimeProvider.System, _ => { }).RunAsync(CancellationToken.None));
    }
}
