namespace R2ec.Distributed.Node.Cluster;

/// <summary>What scripts and client commands know of a local cluster: cluster.json. Its nodes are those whose process lives; after <c>cluster down</c> there are none.</summary>
/// <param name="Api">https URL of the gateway.</param>
/// <param name="Ca">PEM file of the CA.</param>
/// <param name="ReadTokenFile">File of the token that may read.</param>
/// <param name="WriteTokenFile">File of the token that may read and write.</param>
/// <param name="DatabaseUrlFile">File of the libpq URI.</param>
/// <param name="Nodes">The living nodes.</param>
internal sealed record ClusterFacts(string Api, string Ca, string ReadTokenFile, string WriteTokenFile, string DatabaseUrlFile, IReadOnlyList<ClusterFacts.Node> Nodes)
{
    /// <summary>A living node.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Roles">Its roles.</param>
    /// <param name="Pid">Its own process.</param>
    /// <param name="Remoting">host:port of the actors' connection.</param>
    /// <param name="Bulk">host:port of the bulk channel.</param>
    /// <param name="Log">Its log.</param>
    internal sealed record Node(string Name, IReadOnlyList<string> Roles, int Pid, string Remoting, string Bulk, string Log);

    /// <summary>The facts of a folder, of the nodes given.</summary>
    public static ClusterFacts Of(ClusterFolder folder, ClusterLayout layout, IEnumerable<(NodeFolder Folder, NodeConfig Config, NodeState State)> nodes)
    {
        var all = nodes.ToList();
        var gateway = all.FirstOrDefault(n => n.Config.Api is not null).Config;
        return new ClusterFacts(
            gateway is null ? "" : $"https://{gateway.Api!.Dialled}",
            folder.Ca,
            folder.ReadToken,
            folder.WriteToken,
            layout.DatabaseUrlFile,
            [.. all.Where(n => n.State.Pid > 0).Select(n => new Node(n.Config.Name, n.Config.Roles, n.State.Pid, n.Config.Remoting.Dialled, n.Config.Bulk.Dialled, n.Folder.Log))]);
    }
}
