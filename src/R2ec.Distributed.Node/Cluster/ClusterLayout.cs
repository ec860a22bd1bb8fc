namespace R2ec.Distributed.Node.Cluster;

/// <summary>What a local cluster was made as: layout.json.</summary>
/// <param name="Coordinators">Number of coordinators.</param>
/// <param name="DatabaseUrlFile">File of the database's libpq URI.</param>
/// <param name="OwnDatabase">Whether the database server is the cluster's own.</param>
/// <param name="Network">First three numbers of the nodes' addresses where each has a network namespace of its own; null where they are on loopback.</param>
internal sealed record ClusterLayout(int Coordinators, string DatabaseUrlFile, bool OwnDatabase, string? Network = null);
