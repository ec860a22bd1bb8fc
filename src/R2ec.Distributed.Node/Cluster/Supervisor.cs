using R2ec.Distributed.Core;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>
/// Keeps the nodes of a local cluster as their states say. It holds nothing that is not on disk: it may be killed at any moment, the nodes live on, and the next
/// one watches them from where it stands. One process supervises a folder.
/// </summary>
internal sealed class Supervisor(ClusterFolder folder, string program, IClusterDatabase? database, TimeProvider clock, Action<string> say)
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(100);

    private readonly SortedDictionary<string, WatchedNode> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _said = [];

    /// <summary>Supervises until it is stopped; nodes and database go on.</summary>
    /// <exception cref="InputException">Another process supervises the folder, or no cluster was made there.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        var layout = ClusterMaker.LayoutOf(folder);
        using var hold = SupervisorLock.Take(folder);
        SupervisorProcess.Claim(folder);
        say($"process {Environment.ProcessId} supervises {folder.Path}");
        using var inner = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var keeping = Task.CompletedTask;
        if (database is not null)
        {
            var keeper = new DatabaseKeeper(database, clock, say);
            await keeper.EnsureAsync(stop);
            keeping = keeper.RunAsync(inner.Token);
        }

        try
        {
            await WatchAsync(layout, stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            say("asked to end; the nodes go on");
        }
        finally
        {
            await inner.CancelAsync();
            await keeping;
            File.Delete(folder.SupervisorState);
            foreach (var node in _nodes.Values)
            {
                node.Dispose();
            }
        }
    }

    private async Task WatchAsync(ClusterLayout layout, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Glance, clock);
        var network = NodeNetwork.Of(layout);
        var written = false;
        do
        {
            var changed = Discover(network) | _nodes.Values.Aggregate(false, (any, node) => Look(node) | any);
            if (changed || !written)
            {
                written = Guarded("cluster.json", () => ClusterJson.Write(folder.Facts, ClusterFacts.Of(folder, layout, InOrder().Select(n => (n.Folder, n.Config, n.State)))));
            }
        }
        while (await timer.WaitForNextTickAsync(stop));
    }

    private bool Discover(NodeNetwork? network)
    {
        var found = false;
        foreach (var node in folder.AllNodes().Where(n => !_nodes.ContainsKey(n.Name)))
        {
            found |= Guarded(node.Name, () =>
            {
                var watched = new WatchedNode(node, program, network, clock.GetUtcNow(), say);
                watched.Up();
                _nodes.Add(node.Name, watched);
            });
            Look(node.Name);
        }

        return found;
    }

    private void Look(string name)
    {
        if (_nodes.TryGetValue(name, out var node))
        {
            Look(node);                                   // started in the order in which they were found: coordinators first
        }
    }

    private bool Look(WatchedNode node)
    {
        var before = node.State;
        Guarded(node.Folder.Name, () => node.Look(clock.GetUtcNow()));
        return before != node.State;
    }

    private IEnumerable<WatchedNode> InOrder() => folder.AllNodes().Where(n => _nodes.ContainsKey(n.Name)).Select(n => _nodes[n.Name]);

    // A full disk or a damaged file of one node is said once and tried again; it ends neither the supervisor nor another node.
    private bool Guarded(string what, Action act)
    {
        try
        {
            act();
            _said.Remove(what);
            return true;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException or InputException or System.ComponentModel.Win32Exception)
        {
            if (_said.GetValueOrDefault(what) != refused.Message)
            {
                say($"{what}: {refused.Message}");
            }

            _said[what] = refused.Message;
            return false;
        }
    }
}
