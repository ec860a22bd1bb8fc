using System.CommandLine;
using R2ec.Distributed.Node.Cluster;

namespace R2ec.Distributed.Node.Commands;

/// <summary><c>node</c>, and <c>node health</c>.</summary>
internal static class NodeCommand
{
    /// <summary>The command with its subcommand.</summary>
    public static Verb Build()
    {
        var config = Config();
        var explain = new Option<bool>("--explain") { Description = "Print every key of a configuration with its default and range (docs/node-config.md)." };
        var exit = new Option<string?>("--exit-file") { Description = "Where the exit code is written as the last act.", HelpName = "FILE", Hidden = true };
        return new Verb("node", "Run a node of a cluster until it is drained.",
            """
            Examples:
              r2ec node --config cluster-config/rollout.yaml
              r2ec node --explain
            SIGTERM or Ctrl-C drains: leases are handed back, then the process ends with 0. A second signal ends it at once; nothing is lost then either.
            Exit codes of a node: 0 drained, 1 something failed, 3 configuration, 4 cluster unreachable.
            """).With(config, explain, exit, Health()).Does((parsed, _) =>
            {
                if (parsed.GetValue(explain))
                {
                    Console.Out.Write(NodeConfigPage.Text());
                    return Task.FromResult(ExitCode.Done);
                }

                if (parsed.GetValue(config) is { } file)
                {
                    return NodeProgram.RunAsync(file, parsed.GetValue(exit), ShippedParts.RunNodeAsync);
                }

                Console.Error.WriteLine("A node needs its configuration: r2ec node --config FILE. `r2ec node --explain` says what stands in it.");
                return Task.FromResult(ExitCode.Usage);
            });
    }

    private static Verb Health()
    {
        var config = Config();
        config.Required = true;
        return new Verb("health", "Ask a node on this machine whether it is ready: 0 it is, 1 it is not.",
            """
            Example:
              r2ec node health --config cluster-config/rollout.yaml
            The question goes to the node's bulk channel with the node's own certificate: what a container's health check runs.
            """).With(config).Does(async (parsed, stop) =>
            {
                var node = NodeConfigFile.Read(parsed.GetValue(config)!);
                var ready = await new ShippedParts(TimeProvider.System).IsReadyAsync(node, stop);
                await Console.Out.WriteLineAsync($"{node.Name} is {(ready ? "ready" : "not ready")}");
                return ready ? ExitCode.Done : ExitCode.NotReady;
            });
    }

    private static Option<string?> Config() => new("--config") { Description = "The node's configuration (YAML).", HelpName = "FILE" };
}
