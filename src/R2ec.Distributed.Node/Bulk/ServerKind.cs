namespace R2ec.Distributed.Node.Bulk;

/// <summary>Who may call a server of a node.</summary>
internal enum ServerKind
{
    /// <summary>Nodes of the cluster, by their certificates.</summary>
    Nodes = 0,

    /// <summary>Anybody; what a caller may do is the routes' matter.</summary>
    Public = 1,
}
