using R2ec.Distributed.Orchestration.Runs;

namespace R2ec.Distributed.Orchestration.Cluster;

/// <summary>
/// The nodes that a coordinator knows by their beats. A node that is silent becomes suspect, then dead, and comes back only as another incarnation or by a
/// beat of its own; what it is not told is not assumed. Times are of one monotonic clock. Not thread-safe.
/// </summary>
/// <param name="options">Beat and lease: suspect after three beats, dead after a lease.</param>
internal sealed class NodeLedger(WorkOptions options)
{
    private readonly SortedDictionary<string, Entry> _nodes = new(StringComparer.Ordinal);
    private IReadOnlyList<string> _leased = [];

    /// <summary>Names under which the workers of a node's life are known.</summary>
    internal static string Prefix(string node, string incarnation) => $"/user/{node}.{incarnation}/";

    /// <summary>Takes a beat in; answers with the life that this one replaced, if any.</summary>
    internal Loss? Beat(ClusterProtocol.NodeBeat beat, TimeSpan now)
    {
        if (!_nodes.TryGetValue(beat.Node, out var entry))
        {
            _nodes[beat.Node] = new Entry(beat, now);
            return null;
        }

        if (entry.Last.Incarnation == beat.Incarnation)
        {
            (entry.Last, entry.At) = (beat, now);
            entry.State = entry.State is NodeState.Suspect or NodeState.Dead ? NodeState.Healthy : entry.State;
            if (beat.Draining && entry.State != NodeState.Draining)
            {
                entry.State = NodeState.Draining;
                return new Loss(entry.Last, "", TimeSpan.Zero);
            }

            return null;
        }

        // A late beat of a life that another one has replaced already.
        if (entry.Earlier.Contains(beat.Incarnation))
        {
            return null;
        }

        var lost = entry.State is NodeState.Dead or NodeState.Draining or NodeState.Drained ? null : new Loss(entry.Last, "its process was replaced by another", now - entry.At);
        entry.Earlier.Add(entry.Last.Incarnation);
        (entry.Last, entry.At) = (beat, now);
        entry.State = entry.State == NodeState.Evicted ? NodeState.Evicted : NodeState.Healthy;
        return lost;
    }

    /// <summary>Looks who is silent; answers with the nodes that are dead from now on.</summary>
    internal IReadOnlyList<Loss> Look(TimeSpan now)
    {
        var losses = new List<Loss>();
        foreach (var entry in _nodes.Values)
        {
            var silent = now - entry.At;
            if (entry.State == NodeState.Draining && silent > options.Lease)
            {
                entry.State = NodeState.Drained;
            }
            else if (entry.State is NodeState.Healthy or NodeState.Suspect && silent > options.Lease)
            {
                entry.State = NodeState.Dead;
                losses.Add(new Loss(entry.Last, $"no sign of life for {silent.TotalSeconds:F1} s", silent));
            }
            else if (entry.State == NodeState.Healthy && silent > 3 * options.Beat)
            {
                entry.State = NodeState.Suspect;
            }
        }

        return losses;
    }

    /// <summary>What a node is to do.</summary>
    internal ClusterProtocol.NodeOrder OrderFor(string node) => _nodes.TryGetValue(node, out var entry)
        ? entry switch
        {
            { Drain: true } => ClusterProtocol.NodeOrder.Drain,
            { State: NodeState.Evicted } => ClusterProtocol.NodeOrder.Rest,
            _ => ClusterProtocol.NodeOrder.Work,
        }
        : ClusterProtocol.NodeOrder.Work;

    /// <summary>Orders a drain; false where the node is not known.</summary>
    internal bool Drain(string node)
    {
        if (_nodes.TryGetValue(node, out var entry))
        {
            entry.Drain = true;
            return true;
        }

        return false;
    }

    /// <summary>Takes a node out; answers with what it had.</summary>
    internal Loss? Evict(string node, TimeSpan now)
    {
        if (!_nodes.TryGetValue(node, out var entry))
        {
            return null;
        }

        entry.State = NodeState.Evicted;
        return new Loss(entry.Last, "", now - entry.At);
    }

    /// <summary>Lets a node work again; false where it is not known.</summary>
    internal bool Readmit(string node)
    {
        if (!_nodes.TryGetValue(node, out var entry))
        {
            return false;
        }

        entry.Drain = false;
        entry.State = entry.State == NodeState.Evicted ? NodeState.Healthy : entry.State;
        return true;
    }

    /// <summary>Takes note of who has leases: a worker's name for each of them.</summary>
    internal void Leased(IReadOnlyList<string> workers) => _leased = workers;

    /// <summary>Whether the coordinator knows a node.</summary>
    internal bool Knows(string node) => _nodes.ContainsKey(node);

    /// <summary>Bulk addresses of the nodes that live.</summary>
    internal IReadOnlyList<string> Living() => [.. _nodes.Values.Where(entry => entry.State is not (NodeState.Dead or NodeState.Drained)).Select(entry => entry.Last.Bulk)];

    /// <summary>The nodes for people.</summary>
    internal IReadOnlyList<NodeStatus> Statuses(TimeSpan now) => [.. _nodes.Values.Select(entry => new NodeStatus(
        entry.Last.Node,
        entry.Last.Roles,
        entry.State == NodeState.Healthy && entry.Last.Lacks.Length > 0 ? NodeState.Stale : entry.State,
        entry.Last.Lacks,
        now - entry.At,
        entry.Last.Weights,
        _leased.Count(worker => worker.StartsWith(Prefix(entry.Last.Node, entry.Last.Incarnation), StringComparison.Ordinal)),
        entry.Last.MemoryBytes,
        entry.Last.Process,
        entry.Last.Bulk,
        entry.Last.RestartsLeft))];

    /// <summary>A life of a node that ended.</summary>
    internal sealed record Loss(ClusterProtocol.NodeBeat Last, string Evidence, TimeSpan Silent);

    private sealed class Entry(ClusterProtocol.NodeBeat last, TimeSpan at)
    {
        internal ClusterProtocol.NodeBeat Last { get; set; } = last;

        internal TimeSpan At { get; set; } = at;

        internal NodeState State { get; set; } = last.Draining ? NodeState.Draining : NodeState.Healthy;

        internal bool Drain { get; set; }

        internal HashSet<string> Earlier { get; } = [];
    }
}
