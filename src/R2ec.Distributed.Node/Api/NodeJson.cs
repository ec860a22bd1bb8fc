using R2ec.Distributed.Orchestration.Cluster;

namespace R2ec.Distributed.Node.Api;

/// <summary>A node as <c>nodes --json</c> tells it.</summary>
internal static class NodeJson
{
    /// <summary>Its fields.</summary>
    public static Dictionary<string, object?> Of(NodeStatus node) => new()
    {
        ["name"] = node.Name,
        ["roles"] = node.Roles,
        ["state"] = node.State.ToString(),
        ["reason"] = node.Reason,
        ["beat_age_seconds"] = node.BeatAge.TotalSeconds,
        ["weights"] = node.Weights?.Hex,
        ["leases"] = node.Leases,
        ["memory_bytes"] = node.MemoryBytes,
        ["restarts_left"] = node.RestartsLeft,
        ["pid"] = node.Process,
        ["bulk"] = node.Bulk,
    };
}
