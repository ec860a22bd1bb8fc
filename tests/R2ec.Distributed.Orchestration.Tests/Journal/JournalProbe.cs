using Akka.Actor;
using Akka.Hosting;
using Akka.Persistence;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Journal;
using R2ec.Distributed.Orchestration.Runs;

namespace R2ec.Distributed.Orchestration.Tests.Journal;

/// <summary>A process with a journal and nothing else.</summary>
internal sealed class JournalProcess : IAsyncDisposable
{
    private readonly IHost _host;

    private JournalProcess(IHost host) => _host = host;

    internal ActorSystem System => _host.Services.GetRequiredService<ActorSystem>();

    internal static Task<JournalProcess> StartAsync(RunFolder folder, string settings = "")
    {
        JournalSetup.Prepare(folder);
        return StartAsync(akka => akka.WithJournal(folder), settings);
    }

    internal static Task<JournalProcess> StartAsync(DatabaseUrl url, string settings = "") => StartAsync(akka => akka.WithPostgresJournal(url.JournalConnectionString), settings);

    private static async Task<JournalProcess> StartAsync(Action<AkkaConfigurationBuilder> journal, string settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddLogging();
        builder.Services.AddAkka("journal", (akka, _) =>
        {
            journal(akka.ConfigureLoggers(logs => logs.ClearLoggers()).WithWire());
            akka.AddHocon("akka.stdout-loglevel = off", HoconAddMode.Prepend).AddHocon(settings, HoconAddMode.Prepend);
        });
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new JournalProcess(host);
    }

    /// <summary>An actor that has recovered; its count is that of the events that it was given again.</summary>
    internal async Task<(IActorRef Actor, int Recovered)> RecoverAsync(string run, TimeSpan? limit = null)
    {
        var actor = System.ActorOf(Props.Create(() => new Writer(new RunId(run))));
        return (actor, await actor.Ask<int>(new Writer.HowMany(), limit ?? TimeSpan.FromSeconds(60)));
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
    }
}

/// <summary>Stores events of a run and answers with "stored" or with what went wrong.</summary>
internal sealed class Writer : ReceivePersistentActor
{
    private readonly RunId _run;
    private int _recovered;
    private IActorRef? _waits;
    private bool _wantsFault;

    public Writer(RunId run)
    {
        _run = run;
        Recover<IRunEvent>(_ => _recovered++);
        Command<HowMany>(_ => Sender.Tell(_recovered));
        Command<Facts>(m =>
        {
            (_waits, _wantsFault) = (Sender, true);
            PersistAll(m.All, _ => { });
            DeferAsync(Sender, to => to.Tell("stored"));
        });
        Command<Store>(m =>
        {
            _waits = Sender;
            PersistAll(Enumerable.Range(0, m.Count).Select(_ => (IRunEvent)new RunEvents.Interrupted(_run, DateTimeOffset.UnixEpoch)).ToList(), _ => { });
            DeferAsync(Sender, to => to.Tell("stored"));
        });
    }

    public override string PersistenceId => _run.PersistenceId;

    protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) =>
        _waits?.Tell(_wantsFault ? cause : cause.GetBaseException().Message);

    internal sealed record HowMany;

    internal sealed record Store(int Count);

    /// <summary>Stores these; a failure is answered by the exception itself.</summary>
    internal sealed record Facts(IReadOnlyList<IRunEvent> All);
}
