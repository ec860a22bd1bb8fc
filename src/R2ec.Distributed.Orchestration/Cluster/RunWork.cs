using Akka.Actor;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Payloads;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Threads;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Cluster;

/// <summary>The run that a coordinator works on, with all that its actor uses. Owned by the coordinator; disposal ends it in the background.</summary>
/// <param name="Run">The run.</param>
/// <param name="Actor">Its actor; nobody before it is made.</param>
/// <param name="Epoch">Its epoch; 0 before it stands in the journal.</param>
/// <param name="Sheet">What it is made of, as a blob for the nodes.</param>
internal sealed record RunWork(RunId Run, IActorRef Actor, Epoch Epoch, BlobRef Sheet) : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private RunWatch? _watch;

    private long Journaled { get; init; }

    private AssembledRun Made { get; init; } = null!;

    private IPayloads Payloads { get; init; } = null!;

    private WorkThread Bulk { get; init; } = null!;

    /// <summary>The spec, as it was submitted.</summary>
    internal string Spec { get; private init; } = "";

    /// <summary>Puts a run together; what it names and this node lacks is fetched first.</summary>
    /// <param name="state">The run.</param>
    /// <param name="services">What the coordinator uses.</param>
    /// <param name="tell">Told what is under way, for people.</param>
    /// <param name="stop">Ends the fetching.</param>
    internal static async Task<RunWork> AssembleAsync(RunState state, CoordinatorServices services, Action<string> tell, CancellationToken stop)
    {
        var bulk = services.Threads("run");
        try
        {
            var folders = await services.Folders.GatherAsync(state.Spec, tell, stop).ConfigureAwait(false);
            foreach (var folder in folders)
            {
                services.Holders.Add(folder.Content.Digest, services.Bulk);
            }

            var made = await bulk.RunAsync(() => services.Assembler.Assemble(state.Spec)).ConfigureAwait(false);
            Check(state, made);
            var payloads = await services.Payloads(state.Run).ConfigureAwait(false);
            var sheet = new RunSheet(state.Spec, made.Data, made.Tokenizer, state.Plan is null ? made.Numerics : state.Numerics, folders);
            return new RunWork(state.Run, ActorRefs.Nobody, default, services.Blobs.Put(BlobContracts.Write(sheet))) { Made = made, Payloads = payloads, Bulk = bulk, Spec = state.Spec, Journaled = state.Facts };
        }
        catch
        {
            await bulk.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    internal RunWatch Watched(CoordinatorServices services, Action<IRunEvent> onFact) => _watch = new RunWatch(onFact, null, services.Threads("projection"));

    internal RunServices Services(CoordinatorServices services, RunWatch watch, Action<Exception> journalFailed) => new()
    {
        Explain = fault => services.Explain(Run, fault),
        JournalFailed = journalFailed,
        Journaled = Journaled,
        Spec = Made.Spec,
        Book = Made.Book,
        Baselines = Made.Baselines,
        Blobs = services.Blobs,
        Payloads = Payloads,
        Bulk = Bulk,
        Clock = services.Clock,
        Work = services.Work,
        Holders = services.Holders,
        Stopping = _stopping.Token,
        Watch = watch,
    };

    internal object Command(RunState state, bool accept) => state.Plan is null
        ? new RunProtocol.Begin(Run, Spec, RunPlan.From(Made.Spec, Made.Book), Made.Data, Made.Tokenizer, Made.Numerics)
        : new RunProtocol.Resume(Run, Made.Numerics, accept, state.Epoch);

    public void Dispose()
    {
        _stopping.Cancel();
        _ = EndAsync();
    }

    private async Task EndAsync()
    {
        if (_watch is not null)
        {
            await _watch.DisposeAsync().ConfigureAwait(false);
        }

        await Payloads.DisposeAsync().ConfigureAwait(false);
        await Bulk.DisposeAsync().ConfigureAwait(false);
        Made.Dispose();
    }

    private static void Check(RunState state, AssembledRun made)
    {
        if (state.Plan is null)
        {
            _ = RunPlan.From(made.Spec, made.Book);
            return;
        }

        if (state.Data != made.Data || state.Tokenizer != made.Tokenizer)
        {
            made.Dispose();
            throw new InputException($"Run {state.Run} was made on the data set {state.Data.Brief} with the tokenizer {state.Tokenizer.Brief}; here are {made.Data.Brief} and {made.Tokenizer.Brief}. Put back what the run was begun with.");
        }
    }
}
