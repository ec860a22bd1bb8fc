using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Node.Cluster;
using R2ec.Distributed.Node.Security;
using R2ec.Distributed.Orchestration.Journal;
using R2ec.Distributed.Orchestration.Runs;

/// <summary>Journalled groups a second, and how long a write takes: the run's own group commit on a journal of its own.</summary>
internal static class JournalSpeed
{
    private const int Groups = 4096;
    private static readonly int[] InFlight = [1, 16, 64, 256];

    public static async Task RunAsync(string database)
    {
        foreach (var inFlight in InFlight)
        {
            var run = RunId.Parse($"in-flight-{inFlight}");
            await OnAsync(database, run, (name, journal, _) => MeasureAsync(name, run, inFlight, journal));
        }
    }

    /// <summary>Does something on an empty journal of a kind: its name, how an actor system gets it, and how its events are read beside that.</summary>
    public static async Task OnAsync(string database, RunId run, Func<string, Action<AkkaConfigurationBuilder>, Func<Task<IReadOnlyList<IRunEvent>>>, Task> work)
    {
        var scratch = Directory.CreateTempSubdirectory("r2ec-journal-");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(scratch.FullName, (UnixFileMode)Convert.ToInt32("755", 8));   // the database's own user comes through
        }

        try
        {
            await (database == "postgres" ? OnPostgresAsync(scratch.FullName, run, work) : OnSqliteAsync(scratch.FullName, run, work));
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    private static async Task OnSqliteAsync(string scratch, RunId run, Func<string, Action<AkkaConfigurationBuilder>, Func<Task<IReadOnlyList<IRunEvent>>>, Task> work)
    {
        var folder = RunFolder.Create(scratch, run, "seed: 5\n", "seed: 5\n");
        JournalSetup.Prepare(folder);
        await work("SQLite", akka => akka.WithJournal(folder), () => Task.FromResult(JournalReader.Read(folder)));
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
    }

    private static async Task OnPostgresAsync(string scratch, RunId run, Func<string, Action<AkkaConfigurationBuilder>, Func<Task<IReadOnlyList<IRunEvent>>>, Task> work)
    {
        var server = PostgresServer.Locate(Path.Combine(scratch, "postgres"));
        await server.CreateAsync(FreePort(), CancellationToken.None);
        await server.StartAsync(CancellationToken.None);
        try
        {
            var url = DatabaseUrl.Parse(SecretFile.Read(server.UrlFile));
            await using var journal = new PostgresJournal(url);
            await journal.EnsureAsync(CancellationToken.None);
            await work("PostgreSQL", akka => akka.WithPostgresJournal(url.JournalConnectionString), () => journal.ReadAsync(run, 0, CancellationToken.None));
        }
        finally
        {
            await server.StopAsync(CancellationToken.None);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task MeasureAsync(string name, RunId run, int inFlight, Action<AkkaConfigurationBuilder> journal)
    {
        var done = new TaskCompletionSource<(TimeSpan Took, IReadOnlyList<TimeSpan> Writes)>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var host = AkkaHost.Build(NullLoggerFactory.Instance, TimeSpan.FromSeconds(30), akka =>
        {
            journal(akka.WithWire());
            akka.AddHocon("akka.stdout-loglevel = off", HoconAddMode.Prepend);
        });
        await host.StartAsync();
        var system = host.Services.GetRequiredService<ActorSystem>();
        system.ActorOf(Props.Create(() => new GroupJournal(run, inFlight, done)), "groups").Tell(new GroupJournal.Go());
        var (took, writes) = await done.Task;
        await host.StopAsync();
        var sorted = writes.Select(write => write.TotalMilliseconds).Order().ToArray();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}, {inFlight} in flight: {Groups / took.TotalSeconds:0} groups/s, {writes.Count} writes, {(double)Groups / writes.Count:0.0} groups a write, p50 {sorted[sorted.Length / 2]:0.00} ms, p99 {sorted[(int)(sorted.Length * 0.99)]:0.00} ms"));
    }

    /// <summary>A run that goes to its first step and is then told of one group after another, so many at a time.</summary>
    private sealed class GroupJournal : JournaledRun
    {
        private static readonly Digest Some = Digest.Of("some"u8);
        private readonly int _inFlight;
        private readonly TaskCompletionSource<(TimeSpan, IReadOnlyList<TimeSpan>)> _done;
        private readonly List<TimeSpan> _writes = [];
        private long _began;
        private int _next;
        private int _stored;

        public GroupJournal(RunId run, int inFlight, TaskCompletionSource<(TimeSpan, IReadOnlyList<TimeSpan>)> done)
            : base(run, TimeProvider.System, fault => fault.Message, fault => done.TrySetException(fault))
        {
            _inFlight = inFlight;
            _done = done;
            Command<Go>(_ => Prepare());
        }

        protected override void OnFact(IRunEvent fact)
        {
        }

        protected override void OnCommitted(TimeSpan took)
        {
            if (_began == 0)
            {
                Prepare();
            }
            else
            {
                _writes.Add(took);
            }
        }

        protected override void End(string reason, bool isInput) => _done.TrySetException(new InvalidOperationException(reason));

        private void Prepare()
        {
            switch (State.NextOrder())
            {
                case RunOrder.Nothing:
                    Take(new RunCommands.Start("seed: 5", Plan, Some, Some, new Dictionary<string, string> { ["threads"] = "1" }));
                    break;
                case RunOrder.MeasureBaselines:
                    Take(new RunCommands.ReportBaselines(State.Epoch, []));
                    break;
                case RunOrder.BeginReinforcement:
                    Take(new RunCommands.ReportReinforcement(State.Epoch, Some));
                    break;
                case RunOrder.WriteCheckpoint o:
                    Take(new RunCommands.ReportCheckpoint(State.Epoch, o.Position, Some, o.Position.FolderName));
                    break;
                case RunOrder.EncodeTable o:
                    Take(new RunCommands.ReportTable(State.Epoch, o.Version, o.Policy, Some, Some));
                    break;
                case RunOrder.Evaluate o:
                    Take(new RunCommands.ReportEvaluation(State.Epoch, o.Step, o.Kind, [], Some, Some));
                    break;
                case RunOrder.PlanStep o:
                    Take(new RunCommands.PlanStep(o.Step, [.. Enumerable.Range(0, Groups).Select(i => new SampleId(i))]));
                    break;
                default:
                    _began = Stopwatch.GetTimestamp();
                    for (var i = 0; i < _inFlight; i++)
                    {
                        Next();
                    }

                    break;
            }
        }

        private void Next()
        {
            if (_next < Groups)
            {
                var index = _next++;
                Take(new RunCommands.CompleteGroups(State.Epoch, [new StoredGroup(new GroupId(1, index), new SampleId(index), Digest.Of(BitConverter.GetBytes(index)), 200_000, Some, Some)]), _ => OnStored());
            }
        }

        private void OnStored()
        {
            if (++_stored == Groups)
            {
                _done.TrySetResult((Stopwatch.GetElapsedTime(_began), _writes));
            }

            Next();
        }

        private static RunPlan Plan { get; } = new()
        {
            Seed = 5, WarmStartSteps = 0, WarmStartCheckpointEvery = 100, Steps = 1, Batch = Groups, GroupSize = 8, BundleGroups = 8, BundleItems = 100, BundleUsers = 100, RefreshEvery = 100,
            Shards = 8, EvaluateEvery = 100, EvaluationSamples = 0, InterimSamples = 0, BootstrapDraws = 100, Patience = 0, CheckpointEvery = 100, CheckpointKeep = 2, ItemCount = 100,
            TrainCount = 10_000, ValidCount = 100, TestCount = 100,
        };

        internal sealed record Go;
    }
}
