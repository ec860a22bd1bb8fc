using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Orchestration.Cluster;

/// <summary>Who holds which weights and checkpoints, by their addresses on the bulk channel. Thread-safe.</summary>
public interface IHolders
{
    /// <summary>A node says that it holds something.</summary>
    void Add(Digest what, string holder);
}

/// <summary>One process: everything is where it is.</summary>
internal sealed class NoHolders : IHolders
{
    internal static NoHolders Instance { get; } = new();

    public void Add(Digest what, string holder)
    {
    }
}
