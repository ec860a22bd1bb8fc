using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Blobs;

namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>Item tables that planned steps and evaluations use, as blobs for the workers. Not thread-safe.</summary>
/// <param name="blobs">Where they stand.</param>
internal sealed class RunTables(IBlobStore blobs)
{
    private readonly Dictionary<Digest, BlobRef> _held = [];
    private readonly HashSet<Digest> _loading = [];

    /// <summary>The table that an order needs; null where it needs none.</summary>
    internal static Digest? Needed(RunOrder order) => order switch
    {
        RunOrder.Evaluate o => o.Table,
        RunOrder.CollectGroups o => o.Step.Table,
        _ => null,
    };

    internal BlobRef? Of(Digest? table) => table is { } digest && _held.TryGetValue(digest, out var blob) ? blob : null;

    /// <summary>Fetches a table from the payloads; null where that is under way.</summary>
    internal Task<BlobRef>? LoadAsync(Digest table, RunState state, BundleStore payloads) =>
        _loading.Add(table) ? payloads.LoadTableAsync(state.Tables.First(known => known.Table == table)) : null;

    internal void Take(BlobRef table)
    {
        _loading.Remove(table.Digest);
        if (!_held.TryAdd(table.Digest, table))
        {
            blobs.Release(table);
        }
    }

    /// <summary>Releases all tables that a run no longer names.</summary>
    internal void Keep(RunState state)
    {
        foreach (var digest in _held.Keys.Where(held => state.Tables.TrueForAll(table => table.Table != held)).ToList())
        {
            _held.Remove(digest, out var old);
            blobs.Release(old!);
        }
    }
}
