namespace R2ec.Distributed.Node.Cluster;

/// <summary>What a node's process is to be.</summary>
internal enum NodeDesire
{
    /// <summary>Alive; it is started again when it dies.</summary>
    Run = 0,

    /// <summary>Ended and started again once, on request.</summary>
    Restart = 1,

    /// <summary>Away, since it handed back its work; until it is readmitted.</summary>
    Drained = 2,

    /// <summary>Away, since it died too often; until it is restarted or readmitted by a person.</summary>
    Retired = 3,

    /// <summary>Away, since the cluster is down.</summary>
    Down = 4,
}
