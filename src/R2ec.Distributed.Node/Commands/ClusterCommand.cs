using System.CommandLine;
using R2ec.Distributed.Node.Cluster;
using R2ec.Distributed.Node.Composition;

namespace R2ec.Distributed.Node.Commands;

/// <summary><c>cluster up|down|add|restart|readmit|status</c>.</summary>
internal static class ClusterCommand
{
    private static readonly TimeProvider Clock = TimeProvider.System;

    /// <summary>The command with its subcommands.</summary>
    public static Verb Build() => new Verb("cluster", "Try a cluster out on this machine: real processes that a supervisor keeps alive.",
        """
        Examples:
          r2ec cluster up --dir /tmp/cluster --rollout 2
          r2ec cluster status --dir /tmp/cluster
          r2ec cluster down --dir /tmp/cluster
        What stands in the folder: docs/cluster-folder.md.
        """).With(Up(), Down(), Add(), Restart(), Readmit(), Status(), Supervise());

    private static Verb Up()
    {
        var (dir, coordinators) = (Dir(), Count("--coordinators", "Coordinators: 1, or 3 of which one may fail."));
        var (rollout, reward, learner) = (Count("--rollout", "Rollout nodes."), Count("--reward", "Reward nodes."), Count("--learner", "Learner nodes: one learns, the others compute gradients and stand by."));
        var database = new Option<string?>("--database-file") { Description = "File that holds a libpq URI; left out, the cluster has a PostgreSQL server of its own.", HelpName = "FILE" };
        var namespaces = new Option<bool>("--network-namespaces") { Description = "Give each node a network namespace and an address of its own, to try partitions out; needs root." };
        coordinators.AcceptOnlyFromAmong("1", "3");
        return new Verb("up", "Make a cluster, or start one again; returns when every node is ready.",
            """
            Examples:
              r2ec cluster up --dir /tmp/cluster
              r2ec cluster up --dir /tmp/cluster --coordinators 3 --rollout 2 --learner 2
            A cluster that was made before keeps its nodes, its certificates and its database. Data sets go to DIR/data, checkpoints to DIR/models, by name.
            With --network-namespaces a node NODE is in the namespace that `ip netns list` ends with NODE; `ip -n NAMESPACE link set eth0 down` cuts it off.
            """).With(dir, coordinators, rollout, reward, learner, database, namespaces).Does(async (parsed, _) =>
            {
                using var interruption = Interruption.Watch("Stopping: what was started is ended again.");
                var request = new ClusterUpRequest(
                    parsed.GetValue(dir)!, parsed.GetValue(coordinators), parsed.GetValue(rollout), parsed.GetValue(reward), parsed.GetValue(learner), parsed.GetValue(database), parsed.GetValue(namespaces));
                return await new ClusterUp(new ShippedParts(Clock), Clock, Console.Error).RunAsync(request, interruption.Drain);
            });
    }

    private static Verb Down()
    {
        var dir = Dir();
        return new Verb("down", "End every process of a cluster: drained if they end in a minute, killed else.",
            """
            Example:
              r2ec cluster down --dir /tmp/cluster
            The folder stays, and `cluster up` starts the same cluster again. Delete the folder to be rid of it.
            """).With(dir).Does(async (parsed, stop) =>
            {
                await new ClusterDown(new ShippedParts(Clock), Clock, Console.Error).RunAsync(ClusterFolder.At(parsed.GetValue(dir)!), stop);
                return ExitCode.Done;
            });
    }

    private static Verb Add()
    {
        var dir = Dir();
        var role = new Option<string>("--role") { Description = "Role of the node.", HelpName = "rollout|reward|learner", Required = true };
        role.AcceptOnlyFromAmong("rollout", "reward", "learner");
        return new Verb("add", "Add a node to a cluster; returns when it is ready.",
            """
            Example:
              r2ec cluster add --dir /tmp/cluster --role rollout
            """).With(dir, role).Does((parsed, stop) => Change().AddAsync(ClusterFolder.At(parsed.GetValue(dir)!), parsed.GetValue(role)!, stop));
    }

    private static Verb Restart()
    {
        var dir = Dir();
        var rolling = new Option<bool>("--rolling") { Description = "One node after another.", Required = true };
        return new Verb("restart", "Replace every node's process, one after another; drained nodes are left out.",
            """
            Example:
              r2ec cluster restart --rolling --dir /tmp/cluster
            Runs go on meanwhile. It returns when each node was replaced and is ready.
            """).With(dir, rolling).Does((parsed, stop) => Change().RestartAsync(ClusterFolder.At(parsed.GetValue(dir)!), stop));
    }

    private static Verb Readmit()
    {
        var (dir, name) = (Dir(), new Argument<string>("NODE") { Description = "Name of the node." });
        return new Verb("readmit", "Start a node again that was drained or that died too often.",
            """
            Example:
              r2ec cluster readmit rollout-0 --dir /tmp/cluster
            """).With(name, dir).Does((parsed, stop) => Change().ReadmitAsync(ClusterFolder.At(parsed.GetValue(dir)!), parsed.GetValue(name)!, stop));
    }

    private static Verb Status()
    {
        var (dir, json) = (Dir(), CommonOptions.Json());
        return new Verb("status", "Show a cluster's nodes as its supervisor sees them.",
            """
            Example:
              r2ec cluster status --dir /tmp/cluster
            States: starting, running, restarting, drained, retired, down.
            """).With(dir, json).Does((parsed, _) => Task.FromResult(ClusterStatus.Run(ClusterFolder.At(parsed.GetValue(dir)!), parsed.GetValue(json), Console.Out)));
    }

    private static Verb Supervise()
    {
        var dir = Dir();
        var program = new Option<string?>("--program") { Description = "What runs a node; by default this program.", HelpName = "FILE" };
        var supervise = new Verb("supervise", "Keep a cluster's processes alive: `cluster up` starts it.",
            """
            Example:
              r2ec cluster supervise --dir /tmp/cluster
            It may be killed at any moment: the nodes live on, and the next one watches them from where they stand.
            """).With(dir, program).Does(async (parsed, _) =>
            {
                using var interruption = Interruption.Watch("The supervisor ends; the nodes go on.");
                var folder = ClusterFolder.At(parsed.GetValue(dir)!);
                var database = ClusterMaker.LayoutOf(folder).OwnDatabase ? new ShippedParts(Clock).Database(folder.Postgres) : null;
                await new Supervisor(folder, parsed.GetValue(program) ?? DetachedProcess.Program, database, Clock, Say).RunAsync(interruption.Drain);
                return ExitCode.Done;
            });
        supervise.Hidden = true;
        return supervise;
    }

    private static ClusterChange Change() => new(new ShippedParts(Clock), Clock, Console.Error);

    private static void Say(string text) => Console.Out.WriteLine($"{Clock.GetUtcNow():yyyy-MM-dd HH:mm:ss.fff} {text}");

    private static Option<string> Dir() => new("--dir") { Description = "Folder of the cluster.", HelpName = "DIR", Required = true };

    private static Option<int> Count(string name, string description)
    {
        var option = new Option<int>(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => 1 };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out var count) && count is < 0 or > 64)
            {
                result.AddError($"{name} {count}: from 0 to 64 nodes of a role can be made on one machine.");
            }
        });
        return option;
    }
}
