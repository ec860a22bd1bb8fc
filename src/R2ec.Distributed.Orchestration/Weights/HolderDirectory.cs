using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Orchestration.Cluster;

namespace R2ec.Distributed.Orchestration.Weights;

/// <summary>
/// Who serves what on the bulk channel, as the nodes told. A hint and no truth: whoever asks verifies what it gets. Bounded, the oldest entry gives way.
/// Thread-safe.
/// </summary>
public sealed class HolderDirectory : IHolders, INodeAddresses
{
    /// <summary>Most holders that are kept of one file.</summary>
    public const int MostHolders = 16;

    /// <summary>Most files whose holders are kept.</summary>
    public const int MostFiles = 4096;

    private readonly Lock _gate = new();
    private readonly OrderedDictionary<Digest, List<string>> _holders = [];
    private volatile IReadOnlyList<string> _living = [];

    /// <summary>A node serves this.</summary>
    /// <param name="what">Digest of weights or of a checkpoint's manifest.</param>
    /// <param name="holder">host:port of its bulk channel.</param>
    public void Add(Digest what, string holder)
    {
        ArgumentException.ThrowIfNullOrEmpty(holder);
        lock (_gate)
        {
            var holders = _holders.Remove(what, out var known) ? known : [];
            holders.Remove(holder);
            holders.Insert(0, holder);
            if (holders.Count > MostHolders)
            {
                holders.RemoveAt(MostHolders);
            }

            _holders.Add(what, holders);
            if (_holders.Count > MostFiles)
            {
                _holders.RemoveAt(0);
            }
        }
    }

    /// <summary>Bulk addresses of the nodes that live.</summary>
    public IReadOnlyList<string> Living => _living;

    /// <inheritdoc/>
    public void Set(IReadOnlyList<string> living) => _living = living;

    /// <summary>
    /// Who serves it, newest first, those that live before those of whom nothing was heard; then every other node that lives: a coordinator that took over has
    /// heard of no holder yet.
    /// </summary>
    public IReadOnlyList<string> Of(Digest what)
    {
        lock (_gate)
        {
            IEnumerable<string> known = _holders.TryGetValue(what, out var holders) ? holders : [];
            return [.. known.Where(_living.Contains).Concat(known).Concat(_living).Distinct()];
        }
    }
}
