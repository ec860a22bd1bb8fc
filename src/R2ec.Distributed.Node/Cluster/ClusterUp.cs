using R2ec.Distributed.Core;
using R2ec.Distributed.Node.Commands;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>What <c>cluster up</c> does: makes the cluster where there is none, starts its supervisor where none lives, and waits until every node is ready.</summary>
internal sealed class ClusterUp(IClusterParts parts, TimeProvider clock, TextWriter output)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(240);

    /// <summary>Brings it up; the result is the exit code.</summary>
    public async Task<int> RunAsync(ClusterUpRequest request, CancellationToken stop)
    {
        if (request.Coordinators is not (1 or 3))
        {
            throw new InputException($"--coordinators {request.Coordinators}: a cluster has 1 coordinator, or 3 of which one may fail.");
        }

        var folder = ClusterFolder.At(request.Dir);
        DatabaseFile(request.DatabaseFile);
        var (alreadyUp, fromNothing) = (false, false);
        Directory.CreateDirectory(folder.Path);
        using (var hold = SupervisorLock.Try(folder))
        {
            alreadyUp = hold is null;
            fromNothing = hold is not null && !folder.AllNodes().Any(n => ClusterJson.Read<NodeState>(n.State) is { } state && LinuxProcess.Lives(state.Pid, state.StartedTicks));
            if (hold is not null)
            {
                await PrepareAsync(folder, request, stop);
                File.Delete(folder.Facts);                // until the supervisor writes it, it would name what is gone
            }
        }

        using var supervisor = alreadyUp ? null : DetachedProcess.Start(parts.Supervise[0], [.. parts.Supervise.Skip(1), "--dir", folder.Path], folder.SupervisorLog);
        return await WaitAsync(folder, fromNothing, () => supervisor?.HasExited != false && SupervisorProcess.Of(folder) is not { Lives: true }, stop);
    }

    private async Task PrepareAsync(ClusterFolder folder, ClusterUpRequest request, CancellationToken stop)
    {
        if (!File.Exists(folder.Layout))
        {
            await output.WriteLineAsync($"making a cluster in {folder.Path}: CA, tokens, {(request.DatabaseFile is null ? "database" : "certificates")}");
            await new ClusterMaker(folder, parts).MakeAsync(request, stop);
            return;
        }

        NodeNetwork.Of(ClusterMaker.LayoutOf(folder))?.Ensure();

        await output.WriteLineAsync($"the cluster in {folder.Path} starts again with its certificates, its database and its nodes; `r2ec cluster add` adds more");
    }

    private async Task<int> WaitAsync(ClusterFolder folder, bool fromNothing, Func<bool> supervisorIsGone, CancellationToken stop)
    {
        var readiness = new ClusterReadiness(folder, parts, clock, output);
        try
        {
            if (await readiness.WaitAllAsync(supervisorIsGone, Limit, stop) is not { } late)
            {
                var facts = ClusterJson.Read<ClusterFacts>(folder.Facts)!;
                await output.WriteLineAsync($"the cluster in {folder.Path} {(fromNothing ? "is up" : "runs already")}: {string.Join(", ", facts.Nodes.Select(n => n.Name))}; API {facts.Api}");
                await output.WriteLineAsync($"next: r2ec submit SPEC --cluster {folder.Path}");
                return ExitCode.Done;
            }

            await output.WriteLineAsync(late);
        }
        catch when (fromNothing)
        {
            await new ClusterDown(parts, clock, output).RunAsync(folder, CancellationToken.None);
            throw;
        }

        if (fromNothing)                                  // nodes that lived before are somebody's
        {
            await new ClusterDown(parts, clock, output).RunAsync(folder, CancellationToken.None);
        }

        return ExitCode.Failed;
    }

    private static void DatabaseFile(string? path)
    {
        if (path is null)
        {
            return;
        }

        if (!File.Exists(path))
        {
            throw new InputException($"--database-file {path}: there is no such file. Write the database's libpq URI into it, postgresql://USER:PASSWORD@HOST:PORT/DATABASE.");
        }

        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead)) != 0)
        {
            throw new InputException($"--database-file {path}: others than its owner may read it, and it holds a password. Take that from them: chmod 600 {path}");
        }
    }
}
