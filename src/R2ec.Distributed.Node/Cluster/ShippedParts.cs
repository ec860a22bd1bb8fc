using R2ec.Distributed.Core;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>The one place where certificates, the database server and the node's host are plugged into the commands of a cluster.</summary>
internal sealed class ShippedParts(TimeProvider clock) : IClusterParts
{
}
