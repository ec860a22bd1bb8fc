using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Orchestration.Cluster;

/// <summary>What a node's agent tells its host. Thread-safe.</summary>
public sealed class NodeProgress
{
    private readonly TaskCompletionSource _welcomed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Complete once an active coordinator has answered.</summary>
    public Task Welcomed => _welcomed.Task;

    /// <summary>Complete once the node has handed back what it had, after a drain.</summary>
    public Task Drained => _drained.Task;

    /// <summary>The run that its workers work on; null for none.</summary>
    public RunId? Run { get; internal set; }

    /// <summary>Digest of the policy that its first engine holds now.</summary>
    internal Func<Digest?> Held { get; set; } = () => null;

    internal void Welcome() => _welcomed.TrySetResult();

    internal void Drain() => _drained.TrySetResult();
}
