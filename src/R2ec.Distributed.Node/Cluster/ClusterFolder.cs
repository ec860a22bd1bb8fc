namespace R2ec.Distributed.Node.Cluster;

/// <summary>Where everything of a local cluster stands.</summary>
/// <param name="Path">The folder, absolute.</param>
internal sealed record ClusterFolder(string Path)
{
    /// <summary>The folder of a command line.</summary>
    public static ClusterFolder At(string path) => new(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path)));

    /// <summary>What scripts read: cluster.json.</summary>
    public string Facts => In("cluster.json");

    /// <summary>What the cluster was made as: its appearance says that it was made whole.</summary>
    public string Layout => In("layout.json");

    /// <summary>Stands while the cluster is made: whatever else is there may be thrown away.</summary>
    public string Making => In(".making");

    /// <summary>The CA's folder: ca.pem and its key.</summary>
    public string CaFolder => In("ca");

    /// <summary>The CA's certificate.</summary>
    public string Ca => System.IO.Path.Combine(CaFolder, "ca.pem");

    /// <summary>Token that may read.</summary>
    public string ReadToken => In("read.token");

    /// <summary>Token that may read and write.</summary>
    public string WriteToken => In("write.token");

    /// <summary>The cluster's own database server.</summary>
    public string Postgres => In("postgres");

    /// <summary>Output of the supervisor.</summary>
    public string SupervisorLog => In("supervisor.log");

    /// <summary>Held by the one who may write the nodes' states.</summary>
    public string SupervisorLock => In("supervisor.lock");

    /// <summary>Which process the supervisor is.</summary>
    public string SupervisorState => In("supervisor.json");

    /// <summary>Data sets by name.</summary>
    public string Data => In("data");

    /// <summary>Checkpoints by name.</summary>
    public string Models => In("models");

    /// <summary>The nodes' folders.</summary>
    public string Nodes => In("nodes");

    /// <summary>The folder of a node.</summary>
    public NodeFolder Node(string name) => new(System.IO.Path.Combine(Nodes, name));

    /// <summary>All nodes that were made whole, by role as they are started and then by number.</summary>
    public IReadOnlyList<NodeFolder> AllNodes() => !Directory.Exists(Nodes) ? [] :
    [
        .. Directory.EnumerateDirectories(Nodes).Select(path => new NodeFolder(path)).Where(n => !n.Name.StartsWith('.') && File.Exists(n.Config))
            .OrderByDescending(n => n.Name.StartsWith("coordinator", StringComparison.Ordinal)).ThenBy(n => n.Name.Length).ThenBy(n => n.Name, StringComparer.Ordinal),
    ];

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
