namespace R2ec.Distributed.Node.Cluster;

/// <summary>What a local cluster is put together from; tests put in stand-ins.</summary>
internal interface IClusterParts
{
    /// <summary>The program and the words that supervise a cluster; <c>--dir DIR</c> follows them.</summary>
    IReadOnlyList<string> Supervise { get; }

    /// <summary>Makes a CA: <c>ca.pem</c> with its key in a folder.</summary>
    void CreateCa(string folder);

    /// <summary>Makes <c>node.pem</c> and <c>node.key</c> in a folder.</summary>
    void IssueCertificate(string caFolder, string name, IReadOnlyList<string> addresses, string folder);

    /// <summary>Writes a fresh token that its owner alone may read.</summary>
    void WriteToken(string file);

    /// <summary>The database server in a folder.</summary>
    IClusterDatabase Database(string folder);

    /// <summary>Whether a node says that it is ready.</summary>
    Task<bool> IsReadyAsync(NodeConfig node, CancellationToken stop);
}
