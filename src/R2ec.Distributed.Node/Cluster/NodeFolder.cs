namespace R2ec.Distributed.Node.Cluster;

/// <summary>Where everything of a node of a local cluster stands.</summary>
/// <param name="Path">The folder, absolute; its name is the node's.</param>
internal sealed record NodeFolder(string Path)
{
    /// <summary>The node's name.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>Its configuration.</summary>
    public string Config => In("node.yaml");

    /// <summary>Its certificate.</summary>
    public string Certificate => In("node.pem");

    /// <summary>Its private key.</summary>
    public string Key => In("node.key");

    /// <summary>What the supervisor knows of it.</summary>
    public string State => In("state.json");

    /// <summary>Output of its process.</summary>
    public string Log => In("log");

    /// <summary>What its last process ended with, written by that process as its last act.</summary>
    public string Exit => In("exit");

    /// <summary>What a command asks of the supervisor for this node: one word, taken by rename.</summary>
    public string Request => In("request");

    /// <summary>The node's own files.</summary>
    public string Home => In("home");

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
