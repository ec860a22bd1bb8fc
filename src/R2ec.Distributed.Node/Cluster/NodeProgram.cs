using System.Globalization;
using R2ec.Distributed.Node.Commands;
using R2ec.Distributed.Node.Composition;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>What <c>node --config FILE</c> does: runs the node until it is drained or fails, and leaves its exit code for a supervisor that did not start it.</summary>
internal static class NodeProgram
{
    /// <summary>Runs a node; the result is the exit code.</summary>
    /// <param name="config">Its configuration's file.</param>
    /// <param name="exitFile">Where the exit code is written last; null for nowhere.</param>
    /// <param name="host">Runs a node until it is drained.</param>
    public static async Task<int> RunAsync(string config, string? exitFile, Func<NodeConfig, CancellationToken, Task<int>> host)
    {
        var code = await Faults.GuardAsync(async () =>
        {
            var read = NodeConfigFile.Read(config);
            using var interruption = Interruption.Watch($"{read.Name} drains: its leases are handed back; a second signal ends it at once.");
            return await host(read, interruption.Drain);
        });
        if (exitFile is not null)
        {
            WholeFile.Write(exitFile, code.ToString(CultureInfo.InvariantCulture));
        }

        return code;
    }
}
