using Akka.Hosting;
using Microsoft.Extensions.Logging;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Node.Security;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Cluster;
using R2ec.Distributed.Orchestration.Journal;
using R2ec.Distributed.Orchestration.Payloads;
using R2ec.Distributed.Orchestration.Weights;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>What a node with the coordinator's role has beside the others: the database, the control, and who holds what.</summary>
internal sealed class CoordinatorHost : IAsyncDisposable
{
    private static readonly TimeSpan RetryTime = TimeSpan.FromSeconds(1);

    private readonly PostgresJournal _journal;
    private readonly DatabaseUrl _url;
    private readonly ActiveCoordinator _active = new();
    private volatile PostgresPayloads? _payloads;

    private CoordinatorHost(NodeConfig config, DatabaseUrl url, PostgresJournal journal, ClusterBlobs blobs, NodeStores stores, TaskCompletionSource fenced)
    {
        (_url, _journal) = (url, journal);
        var journals = new RunJournals(journal);
        Control = new CoordinatorControl(_active, journals, async (weights, stop) => await OpenAsync(stores, weights, stop));
        Services = new CoordinatorServices
        {
            Bulk = config.Bulk.Dialled,
            Journals = journals,
            Payloads = run => Task.FromResult<IPayloads>(_payloads = new PostgresPayloads(journal, run)),
            Assembler = new NodeAssembler(config),
            Blobs = blobs,
            Holders = Holders,
            Explain = (run, fault) => $"Run {run}: its journal in {journal.Place} could not be written or read: {fault.Message}. Nothing is lost.",
            JournalFailed = fault =>
            {
                if (DatabaseFaults.Classify(fault) == DatabaseFault.UniqueViolation)
                {
                    fenced.TrySetResult();
                }
            },
            ShutOut = () => fenced.TrySetResult(),
            Active = _active,
            Work = NodeHost.Work(config),
            Clock = TimeProvider.System,
        };
    }

    /// <summary>What people and scripts ask.</summary>
    public ICoordinatorControl Control { get; }

    /// <summary>What the coordinator uses.</summary>
    public CoordinatorServices Services { get; }

    /// <summary>Who holds which weights and checkpoints.</summary>
    public HolderDirectory Holders { get; } = new();

    /// <summary>Opens the database and makes its tables; waits while it is out of reach.</summary>
    public static async Task<CoordinatorHost> OpenAsync(NodeConfig config, ClusterBlobs blobs, NodeStores stores, TaskCompletionSource fenced, ILogger log, CancellationToken stop)
    {
        var url = DatabaseUrl.Parse(SecretFile.Read(config.DatabaseUrlFile!));
        var journal = new PostgresJournal(url);
        using var pace = new PeriodicTimer(RetryTime);
        while (true)
        {
            try
            {
                await journal.EnsureAsync(stop);
                await journal.RequireFenceAsync(stop);
                return new CoordinatorHost(config, url, journal, blobs, stores, fenced);
            }
            catch (DatabaseLostException lost)
            {
                log.LogWarning("Waiting for the database: {Reason}", lost.Message);
                await pace.WaitForNextTickAsync(stop);
            }
        }
    }

    /// <summary>Adds the journal to the actor system.</summary>
    public void AddJournal(AkkaConfigurationBuilder builder) => builder.WithPostgresJournal(_url.JournalConnectionString);

    /// <summary>Packed bytes of a payload of the run that works; null where it is not known.</summary>
    public Task<byte[]?> FindPayloadAsync(Digest digest) => _payloads?.FindPackedAsync(digest) ?? Task.FromResult<byte[]?>(null);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _journal.DisposeAsync();

    private static async Task<Stream?> OpenAsync(NodeStores stores, Digest weights, CancellationToken stop)
    {
        try
        {
            var path = stores.FindWeights(weights) ?? await stores.Cluster(new RunId("exports")).GetAsync(weights, stop);
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (BlobLostException)
        {
            return null;
        }
    }
}

/// <summary>The journals as the coordinator reads them: what was read once is kept, since events never change.</summary>
internal sealed class RunJournals(PostgresJournal journal) : IRunJournals
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<RunId, Kept> _kept = new();

    /// <inheritdoc/>
    /// <remarks>A coordinator reads them before it works, and again whenever a run's work ended: without the fence it goes no further.</remarks>
    public async Task<IReadOnlyList<RunId>> RunsAsync(CancellationToken stop)
    {
        await journal.RequireFenceAsync(stop);
        return await journal.RunsAsync(stop);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<IRunEvent>> ReadAsync(RunId run, long after, CancellationToken stop)
    {
        var kept = _kept.GetOrAdd(run, _ => new Kept());
        await kept.Gate.WaitAsync(stop);
        try
        {
            kept.Events = [.. kept.Events, .. await journal.ReadAsync(run, kept.Events.Count, stop)];
            return after == 0 ? kept.Events : [.. kept.Events.Skip((int)Math.Min(after, int.MaxValue))];
        }
        finally
        {
            kept.Gate.Release();
        }
    }

    private sealed class Kept
    {
        internal SemaphoreSlim Gate { get; } = new(1);

        internal IReadOnlyList<IRunEvent> Events { get; set; } = [];
    }
}
