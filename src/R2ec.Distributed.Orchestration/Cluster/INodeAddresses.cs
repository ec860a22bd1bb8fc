namespace R2ec.Distributed.Orchestration.Cluster;

/// <summary>Told which nodes live: whoever looks for something that nobody is known to hold asks them all.</summary>
public interface INodeAddresses
{
    /// <summary>Bulk addresses of the nodes that live.</summary>
    void Set(IReadOnlyList<string> living);
}
