using Akka.Actor;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Runs;

namespace R2ec.Distributed.Orchestration.Cluster;

/// <summary>
/// Where a run's checkpoints are kept: has the newest one verified on the learner's own node and copied until enough nodes that live hold it, learner nodes
/// before others. Not thread-safe.
/// </summary>
/// <param name="holders">Told who holds what.</param>
/// <param name="options">How many nodes are enough, and when a silent one counts no more.</param>
internal sealed class CheckpointPlaces(IHolders holders, WorkOptions options)
{
    /// <summary>An order whose answer was lost is given again after so many leases.</summary>
    private const int PatienceLeases = 10;

    private readonly Dictionary<string, Place> _places = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Node, Digest Manifest), TimeSpan> _asked = [];
    private readonly HashSet<string> _dropped = new(StringComparer.Ordinal);
    private ClusterProtocol.KeepCheckpoint? _newest;
    private IReadOnlyList<Digest> _told = [];

    /// <summary>A node says what it has.</summary>
    internal void Offer(ClusterProtocol.OfferKeeping offer, IActorRef keeper, TimeSpan now)
    {
        foreach (var manifest in offer.Held.Where(manifest => !_places.TryGetValue(offer.Node, out var known) || !known.Offer.Held.Contains(manifest)))
        {
            holders.Add(manifest, offer.Bulk);
        }

        _places[offer.Node] = new Place(offer, keeper, now);
    }

    /// <summary>A checkpoint was written, and these are kept beside it.</summary>
    internal void Written(ClusterProtocol.KeepCheckpoint keep)
    {
        _newest = keep;
        _asked.Clear();
        _dropped.Clear();
    }

    /// <summary>A learner is restored: the newest checkpoint of the journal is looked after, whoever wrote it.</summary>
    internal void Restored(RunId run, IReadOnlyList<CheckpointRecord> candidates) =>
        _newest = candidates.Count > 0 ? new ClusterProtocol.KeepCheckpoint(run, candidates[0], "", []) : null;

    /// <summary>Gives the orders that are due.</summary>
    /// <param name="learner">Bulk address of the learner's node.</param>
    /// <param name="now">The time.</param>
    internal void Look(string learner, TimeSpan now)
    {
        foreach (var (node, _) in _places.Where(pair => now - pair.Value.At > 2 * options.Lease).ToList())
        {
            _places.Remove(node);
        }

        if (_newest is not { } keep)
        {
            return;
        }

        var manifest = keep.Checkpoint.Manifest;
        var have = _places.Values.Where(place => place.Offer.Held.Contains(manifest)).ToList();
        foreach (var place in Missing(manifest, learner, options.Replicas - have.Count))
        {
            if (_asked.TryGetValue((place.Offer.Node, manifest), out var at) && now - at < PatienceLeases * options.Lease)
            {
                continue;
            }

            _asked[(place.Offer.Node, manifest)] = now;
            place.Keeper.Tell(keep with { Holder = have.Count > 0 && place.Offer.Bulk != learner ? have[0].Offer.Bulk : learner });
        }

        if (keep.Keep.Count > 0 && have.Count >= Math.Min(options.Replicas, _places.Count))
        {
            Drop(new ClusterProtocol.DropCheckpoints(keep.Run, [.. keep.Keep.Append(keep.Checkpoint.Folder).Distinct()]), learner);
        }
    }

    // Once for each checkpoint, and only when enough nodes have the newest one.
    private void Drop(ClusterProtocol.DropCheckpoints drop, string learner)
    {
        foreach (var place in _places.Values.Where(place => place.Offer.Bulk != learner && place.Offer.Held.Count > 0 && _dropped.Add(place.Offer.Keeper)))
        {
            place.Keeper.Tell(drop);
        }
    }

    /// <summary>Manifests that enough nodes hold, where they are others than was said last; null where they are the same.</summary>
    internal IReadOnlyList<Digest>? News()
    {
        var held = _places.Values.SelectMany(place => place.Offer.Held).GroupBy(manifest => manifest).Where(group => group.Count() >= options.Replicas)
            .Select(group => group.Key).OrderBy(manifest => manifest.Hex, StringComparer.Ordinal).ToList();
        if (held.SequenceEqual(_told))
        {
            return null;
        }

        _told = held;
        return held;
    }

    // The learner's own node first: it has what it wrote, and reads it once to say so.
    private IEnumerable<Place> Missing(Digest manifest, string learner, int count) => _places.Values.Where(place => !place.Offer.Held.Contains(manifest))
        .OrderByDescending(place => place.Offer.Bulk == learner).ThenByDescending(place => place.Offer.Learns).ThenBy(place => place.Offer.Node, StringComparer.Ordinal).Take(Math.Max(0, count));

    private sealed record Place(ClusterProtocol.OfferKeeping Offer, IActorRef Keeper, TimeSpan At);
}
