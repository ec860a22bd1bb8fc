using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Orchestration.Cluster;

/// <summary>What a coordinator thinks of a node. Dead does not turn healthy by itself: a restarted node is another incarnation.</summary>
public enum NodeState
{
    /// <summary>Beats arrive, and what it holds is what the run is made of (or no run works).</summary>
    Healthy = 0,

    /// <summary>It lives and gets no work: the reason says what it lacks.</summary>
    Stale = 1,

    /// <summary>Beats are late.</summary>
    Suspect = 2,

    /// <summary>Beats ended; its leases are given to others.</summary>
    Dead = 3,

    /// <summary>It hands back its leases and ends.</summary>
    Draining = 4,

    /// <summary>It ended after a drain; it is not started again until it is readmitted.</summary>
    Drained = 5,

    /// <summary>A person took it out; its work is refused until it is readmitted.</summary>
    Evicted = 6,
}

/// <summary>A node as <c>r2ec nodes</c> tells it.</summary>
/// <param name="Name">Its name, unique in the cluster.</param>
/// <param name="Roles">Its roles: coordinator, rollout, reward, learner, gateway.</param>
/// <param name="State">What the coordinator thinks of it.</param>
/// <param name="Reason">Why it gets no work; empty where it does.</param>
/// <param name="BeatAge">Time since its last beat.</param>
/// <param name="Weights">Digest of the policy that it holds; null where it holds none.</param>
/// <param name="Leases">Bundles that the run's dispatcher has leased to it: chains, items, users or rewards.</param>
/// <param name="MemoryBytes">Its resident memory.</param>
/// <param name="Process">Its process id on its host.</param>
/// <param name="Bulk">Its address on the bulk channel, host:port.</param>
/// <param name="RestartsLeft">How often its process may still die before its supervisor leaves it alone; null where nobody counts.</param>
public sealed record NodeStatus(
    string Name, IReadOnlyList<string> Roles, NodeState State, string Reason, TimeSpan BeatAge, Digest? Weights, int Leases, long MemoryBytes, int Process, string Bulk, int? RestartsLeft = null);
