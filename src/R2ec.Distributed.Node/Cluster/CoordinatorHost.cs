using Akka.Hosting;
using Microsoft.Extensions.Logging;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Node.Security;
using R2ec.Distributed.Node.Specs;
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

    private CoordinatorHost(NodeConfig config, DatabaseUrl url, PostgresJournal journal, HttpClient client, ClusterBlobs blobs, NodeStores stores, NodeAssembler assembler, NodeLibrary library, HolderDirectory holders, TaskCompletionSource fenced)
    {
        Holders = holders;
        (_url, _journal) = (url, journal);
        var journals = new RunJournals(journal);
        Control = new CoordinatorControl(_active, journals, new HeldFiles(stores, holders, client, TimeProvider.System));
        Samples = new ClusterSamples(new SpecRoots(config.DataRoot, config.ModelRoot), run => new PostgresPayloads(journal, run));
        Services = new CoordinatorServices
        {
            Bulk = config.Bulk.Dialled,
            Journals = journals,
            Payloads = run => Task.FromResult<IPayloads>(_payloads = new PostgresPayloads(journal, run)),
            Assembler = assembler,
            Folders = library,
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

    /// <summary>Chains of the runs for people.</summary>
    public ClusterSamples Samples { get; }

    /// <summary>Who holds which weights and checkpoints.</summary>
    public HolderDirectory Holders { get; }

    /// <summary>Opens the database and makes its tables; waits while it is out of reach.</summary>
    public static async Task<CoordinatorHost> OpenAsync(
        NodeConfig config, HttpClient client, ClusterBlobs blobs, NodeStores stores, NodeAssembler assembler, NodeLibrary library, HolderDirectory holders, TaskCompletionSource fenced, ILogger log, CancellationToken stop)
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
                return new CoordinatorHost(config, url, journal, client, blobs, stores, assembler, library, holders, fenced);
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
    public ValueTask DisposeAsync()
    {
        Samples.Dispose();
        return _journal.DisposeAsync();
    }
}
