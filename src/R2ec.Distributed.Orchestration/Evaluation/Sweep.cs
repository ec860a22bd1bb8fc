using Akka.Actor;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Rollouts;

namespace R2ec.Distributed.Orchestration.Evaluation;

/// <summary>A row of bundles that are done by whoever has time, and whose results are kept in the row's order.</summary>
/// <param name="name">Name of the sweep within its run; bundles are <c>name/0</c>, <c>name/1</c> and so on.</param>
/// <param name="contents">What each bundle is.</param>
/// <param name="costs">What each is expected to cost.</param>
internal sealed class Sweep(string name, IReadOnlyList<byte[]> contents, IReadOnlyList<double> costs)
{
    private readonly BlobRef?[] _results = new BlobRef?[contents.Count];

    internal int Done { get; private set; }

    internal int Total => contents.Count;

    internal bool IsDone => Done == Total;

    internal IReadOnlyList<BlobRef> Results => [.. _results.Select(result => result!)];

    internal void Start(IActorRef dispatcher, IActorRef owner, IBlobStore blobs, WorkKind kind, Epoch epoch, Digest policy, BlobRef? table)
    {
        for (var bundle = 0; bundle < contents.Count; bundle++)
        {
            dispatcher.Tell(new WorkProtocol.Enqueue(new WorkId($"{name}/{bundle}"), kind, epoch, policy, table, blobs.Put(contents[bundle]), costs[bundle]), owner);
        }
    }

    /// <summary>Takes a result that belongs to the sweep; false where it does not.</summary>
    internal bool Accept(WorkProtocol.WorkFinished finished)
    {
        var cut = finished.Work.Value.LastIndexOf('/');
        if (cut < 0 || finished.Work.Value[..cut] != name || !int.TryParse(finished.Work.Value.AsSpan(cut + 1), out var bundle) || _results[bundle] is not null)
        {
            return false;
        }

        _results[bundle] = finished.Result;
        Done++;
        return true;
    }

    internal async Task<IReadOnlyList<byte[]>> TakeAsync(IBlobStore blobs, CancellationToken stop)
    {
        var contents = new List<byte[]>(_results.Length);
        foreach (var result in Results)
        {
            contents.Add(await blobs.GetAsync(result, stop).ConfigureAwait(false));
            blobs.Release(result);
        }

        return contents;
    }
}
