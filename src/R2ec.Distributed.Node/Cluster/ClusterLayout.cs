namespace R2ec.Distributed.Node.Cluster;

/// <summary>What a local cluster was made as: layout.json.</summary>
/// <param name="Coordinators">Number of coordinators.</param>
/// <param name="DatabaseUrlFile">File of the database's libpq URI.</param>
/// <param name="OwnDatabase">Whether the database server is the cluster's own.</param>
internal sealed record ClusterLayout(int Coordinators, string DatabaseUrlFile, bool OwnDatabase);
