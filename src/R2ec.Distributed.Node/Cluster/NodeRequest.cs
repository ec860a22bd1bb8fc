namespace R2ec.Distributed.Node.Cluster;

/// <summary>What commands ask of a supervisor for a node: a file with one word, put there and taken by rename, so that it outlives a supervisor that is away.</summary>
internal static class NodeRequest
{
    /// <summary>Another process in place of this one.</summary>
    public const string Restart = "restart";

    /// <summary>A process, whatever kept it away.</summary>
    public const string Run = "run";

    /// <summary>Asks.</summary>
    public static void Put(NodeFolder node, string word) => WholeFile.Write(node.Request, word);

    /// <summary>Whether something was asked and is not answered in the node's state yet.</summary>
    public static bool IsPending(NodeFolder node) => File.Exists(node.Request) || File.Exists(Taken(node));

    /// <summary>Takes what was asked, or what a supervisor took that did not come to <see cref="Done"/>; null where nothing was.</summary>
    public static string? Take(NodeFolder node)
    {
        if (File.Exists(node.Request))
        {
            File.Move(node.Request, Taken(node), overwrite: true);
        }

        return !File.Exists(Taken(node)) ? null : File.ReadAllText(Taken(node)).Trim() == Restart ? Restart : Run;
    }

    /// <summary>What was taken stands in the node's state now.</summary>
    public static void Done(NodeFolder node) => File.Delete(Taken(node));

    /// <summary>Whatever was asked is worth nothing any more.</summary>
    public static void Forget(NodeFolder node)
    {
        File.Delete(node.Request);
        File.Delete(Taken(node));
    }

    private static string Taken(NodeFolder node) => node.Request + ".taken";
}
