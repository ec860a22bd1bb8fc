using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Journal;
using R2ec.Distributed.Orchestration.Learning;
using R2ec.Distributed.Orchestration.Payloads;
using R2ec.Distributed.Orchestration.Rewards;
using R2ec.Distributed.Orchestration.Threads;
using R2ec.Distributed.Orchestration.Weights;

namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>
/// A node with every role that works on one run: takes the run's lock, brings the journal up, starts the actors and begins or resumes the run, whichever its
/// journal asks for. Disposal ends everything and disposes the engines.
/// </summary>
public sealed class RunHost : IAsyncDisposable
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(30);

    private readonly RunHostOptions _options;
    private readonly Stack<IAsyncDisposable> _owned;
    private readonly RunWatch _watch;
    private readonly CancellationTokenSource _stopping;
    private readonly IActorRef? _registry;

    private RunHost(RunHostOptions options, Stack<IAsyncDisposable> owned, RunWatch watch, CancellationTokenSource stopping, IActorRef? registry) =>
        (_options, _owned, _watch, _stopping, _registry) = (options, owned, watch, stopping, registry);

    /// <summary>The run.</summary>
    public RunId Run => _options.Folder.Run;

    /// <summary>How the run's work in this process ended; the journal and metrics.jsonl are whole by then.</summary>
    public Task<RunOutcome> Completion => _watch.Ended;

    /// <summary>Begins the run, or resumes it where its journal holds events. A completed run answers at once, without engines.</summary>
    /// <exception cref="InputException">The run is held by another process, its journal or payloads are damaged or foreign, or its data, tokenizer or numerics are others.</exception>
    public static async Task<RunHost> StartAsync(RunHostOptions options, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(options);
        var owned = new Stack<IAsyncDisposable>();
        try
        {
            return await StartAsync(options, owned, stop).ConfigureAwait(false);
        }
        catch
        {
            await DisposeAllAsync(owned).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Ends the work at the next boundary and journals that; <see cref="Completion"/> tells when it is done.</summary>
    public void Drain()
    {
        if (_registry is null)
        {
            return;
        }

        _registry.Tell(new RunProtocol.Drain(Run));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_owned.Count > 0)
        {
            await _stopping.CancelAsync().ConfigureAwait(false);
        }

        await DisposeAllAsync(_owned).ConfigureAwait(false);
    }

    private static async Task<RunHost> StartAsync(RunHostOptions options, Stack<IAsyncDisposable> owned, CancellationToken stop)
    {
        var folder = options.Folder;
        owned.Push(new Owned(RunLock.Take(folder)));
        var bulk = Own(owned, new WorkThread("bulk"));
        var facts = await bulk.RunAsync(() => JournalReader.Read(folder)).ConfigureAwait(false);
        var state = facts.Aggregate(new RunState(folder.Run), (at, fact) => at.Apply(fact));
        var projection = await bulk.RunAsync(() => RunProjection.Rebuild(folder, facts)).ConfigureAwait(false);
        owned.Push(new Owned(projection));
        var watch = Own(owned, new RunWatch(
            fact =>
            {
                projection.Apply(fact);
                options.Observer?.Invoke(fact);
            },
            options.Progress));
        var stopping = new CancellationTokenSource();
        owned.Push(new Owned(stopping));
        if (state.Phase is RunPhase.Completed)
        {
            watch.End(new RunOutcome(folder.Run, state.Phase, state.Step, state.Steps, state.Weights, "", false, WasComplete: true));
            return new RunHost(options, owned, watch, stopping, null);
        }

        RefuseOthers(options, state);
        await bulk.RunAsync(() => JournalSetup.Prepare(folder)).ConfigureAwait(false);
        var payloads = Own(owned, await PayloadStore.OpenAsync(folder).ConfigureAwait(false));
        var blobs = new MemoryBlobStore();
        var weights = new FolderWeightStore(folder.Weights);
        var services = new RunServices
        {
            Explain = fault => JournalFaults.Explain(folder, fault),
            Journaled = state.Facts,
            Spec = options.Spec,
            Book = options.Book,
            Baselines = options.Baselines,
            Learner = Learner(options, Own(owned, options.LearnerEngine()), blobs, payloads, weights, bulk),
            Blobs = blobs,
            Payloads = payloads,
            Bulk = bulk,
            Clock = options.Clock,
            Work = options.Work,
            Stopping = stopping.Token,
            Watch = watch,
        };
        IRolloutEngine[] rollouts = [.. options.RolloutEngines.Select(make => Own(owned, make()))];
        IGradientEngine[] gradients = [.. options.GradientEngines.Select(make => Own(owned, make()))];
        var rewards = Own(owned, new WorkThread("rewards"));
        var terms = Own(owned, RewardTerms.Of(options.Spec.Rewards, options.Rewards, rewards, options.Clock));
        var host = AkkaHost.Build(options.Logs, StopTime, builder => builder.WithSingleNode().WithJournal(folder).WithRuns(services).WithRollouts(services, rollouts, weights).WithRewards(services, terms, rewards).WithLearning(services, gradients, weights));
        owned.Push(new Owned(host));
        await host.StartAsync(stop).ConfigureAwait(false);
        owned.Push(new Stop(host));
        var registry = await host.Services.GetRequiredService<IRequiredActor<RunRegistry>>().GetAsync(stop).ConfigureAwait(false);
        var answer = await AskAsync(registry, options, state, stop).ConfigureAwait(false);
        if (answer.Kind is RunProtocol.AnswerKind.Refused or RunProtocol.AnswerKind.Overtaken)
        {
            throw new InputException(answer.Text);
        }

        if (!await bulk.RunAsync(() => JournalReader.HasFence(folder)).ConfigureAwait(false))
        {
            throw new InputException($"{folder.Journal} has no unique index on (persistence_id, sequence_number), which keeps a second writer out. Put back the file as it was.");
        }

        return new RunHost(options, owned, watch, stopping, registry);
    }

    private static LearnerServices Learner(RunHostOptions options, ILearnerEngine engine, IBlobStore blobs, PayloadStore payloads, FolderWeightStore weights, WorkThread bulk) => new()
    {
        Spec = options.Spec,
        Book = options.Book,
        Engine = engine,
        Blobs = blobs,
        Payloads = _ => payloads,
        Weights = weights,
        Checkpoints = new CheckpointFolder(options.Folder.Checkpoints),
        Bulk = bulk,
        Clock = options.Clock,
        Work = options.Work,
    };

    private static async Task<RunProtocol.Answer> AskAsync(IActorRef registry, RunHostOptions options, RunState state, CancellationToken stop)
    {
        object command = state.Plan is null
            ? new RunProtocol.Begin(options.Folder.Run, options.SpecYaml, RunPlan.From(options.Spec, options.Book), options.Data, options.Tokenizer, options.Numerics)
            : new RunProtocol.Resume(options.Folder.Run, options.Numerics, options.AcceptOtherNumerics);
        try
        {
            return await registry.Ask<RunProtocol.Answer>(command, AnswerTime, stop).ConfigureAwait(false);
        }
        catch (AskTimeoutException fault)
        {
            throw new InputException($"Run {options.Folder.Run} gave no answer in {AnswerTime.TotalSeconds:F0} s: its journal {options.Folder.Journal} cannot be read or written; the log has the reason.", fault);
        }
    }

    private static void RefuseOthers(RunHostOptions options, RunState state)
    {
        if (state.Plan is null)
        {
            return;
        }

        if (state.Data != options.Data)
        {
            throw new InputException($"Run {state.Run} was made on the data set {state.Data.Brief}, here is {options.Data.Brief}. Prepare the same data as for the run's start.");
        }

        if (state.Tokenizer != options.Tokenizer)
        {
            throw new InputException($"Run {state.Run} was made with the tokenizer {state.Tokenizer.Brief}, here is {options.Tokenizer.Brief}. Put back the tokenizer as it was.");
        }
    }

    private static T Own<T>(Stack<IAsyncDisposable> owned, T thing)
        where T : IAsyncDisposable
    {
        owned.Push(thing);
        return thing;
    }

    private static async Task DisposeAllAsync(Stack<IAsyncDisposable> owned)
    {
        while (owned.TryPop(out var thing))
        {
            await thing.DisposeAsync().ConfigureAwait(false);
        }
    }

    private sealed class Owned(IDisposable thing) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            thing.Dispose();
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Stop(IHost host) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            using var limit = new CancellationTokenSource(StopTime);
            await host.StopAsync(limit.Token).ConfigureAwait(false);
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        }
    }
}
