namespace R2ec.Distributed.Node.Cluster;

/// <summary>What <c>cluster up</c> was asked.</summary>
/// <param name="Dir">The cluster's folder.</param>
/// <param name="Coordinators">Coordinators, 1 or 3.</param>
/// <param name="Rollout">Rollout nodes.</param>
/// <param name="Reward">Reward nodes.</param>
/// <param name="Learner">Learner nodes.</param>
/// <param name="DatabaseFile">File of a libpq URI; null for a database server of the cluster's own.</param>
/// <param name="Namespaces">Whether each node gets a network namespace of its own.</param>
internal sealed record ClusterUpRequest(string Dir, int Coordinators, int Rollout, int Reward, int Learner, string? DatabaseFile, bool Namespaces = false);
