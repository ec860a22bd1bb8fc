using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Orchestration.Weights;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>Policies of a node that only uses them: the newest few stay on its disk. Thread-safe.</summary>
/// <param name="all">Where they are.</param>
internal sealed class NewestWeights(ClusterWeights all) : IWeightStore
{
    private const int Kept = 3;

    private readonly Lock _gate = new();
    private readonly List<Digest> _newest = [];

    /// <inheritdoc/>
    public string Folder => all.Folder;

    /// <inheritdoc/>
    public async ValueTask<string> GetAsync(Digest weights, CancellationToken stop)
    {
        var path = await all.GetAsync(weights, stop);
        lock (_gate)
        {
            _newest.Remove(weights);
            _newest.Insert(0, weights);
            if (_newest.Count > Kept)
            {
                _newest.RemoveRange(Kept, _newest.Count - Kept);
            }

            all.Prune(_newest);
        }

        return path;
    }

    /// <inheritdoc/>
    public void Prune(IReadOnlyCollection<Digest> keep) => all.Prune(keep);
}
