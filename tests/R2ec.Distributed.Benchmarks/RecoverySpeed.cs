using System.Diagnostics;
using System.Globalization;
using Akka.Actor;
using Akka.Hosting;
using Akka.Persistence;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Journal;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Wire;

/// <summary>How long a run's actor takes until it has its state again, and where the time goes.</summary>
internal static class RecoverySpeed
{
    private const int Repeats = 3;
    private static readonly RunId Run = new("recovery");

    public static Task RunAsync(string database, int groups) => JournalSpeed.OnAsync(database, Run, (name, journal, read) => MeasureAsync(name, groups, journal, read));

    private static async Task MeasureAsync(string name, int groups, Action<AkkaConfigurationBuilder> journal, Func<Task<IReadOnlyList<IRunEvent>>> read)
    {
        var facts = RunWalk.Events(Run, groups);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {groups} groups, {facts.Count} events"));
        await InSystemAsync(journal, done => Props.Create(() => new Writer(facts, done)), "writing them");
        for (var repeat = 0; repeat < Repeats; repeat++)
        {
            await InSystemAsync(journal, done => Props.Create(() => new Recovered(done, default)), "recovery of an actor, the whole journal");
        }

        // As the run would have kept them on its way: the last one is what a recovery finds, with as many events after it as there can be.
        var rule = new SnapshotRule(facts.Count, new WorkOptions().SnapshotEvents);
        var (kept, last) = (0L, new RunState(Run));
        var behind = facts.Aggregate(new RunState(Run), (at, fact) =>
        {
            var next = at.Apply(fact);
            (kept, last) = rule.IsDue(kept, next.Facts) ? (next.Facts, next) : (kept, last);
            return next;
        }).Facts - kept;
        var size = SnapshotSerializer.Write(RunSnapshot.Of(last)).Length;
        await InSystemAsync(journal, done => Props.Create(() => new Keeper(last, done)), string.Create(CultureInfo.InvariantCulture, $"keeping a snapshot of {size / 1e6:0.0} MB"));
        for (var repeat = 0; repeat < Repeats; repeat++)
        {
            await InSystemAsync(journal, done => Props.Create(() => new Recovered(done, rule)), $"recovery of an actor, the snapshot and {behind} events");
        }

        for (var repeat = 0; repeat < Repeats; repeat++)
        {
            var began = Stopwatch.StartNew();
            var all = await read();
            Report($"reading {all.Count} events beside it", began.Elapsed);
        }

        var packed = facts.Select(fact => (WireContracts.Of(fact.GetType())!, Bytes: WireContracts.Of(fact.GetType())!.Write(fact))).ToList();
        for (var repeat = 0; repeat < Repeats; repeat++)
        {
            var began = Stopwatch.StartNew();
            foreach (var (contract, bytes) in packed)
            {
                contract.Read(bytes);
            }

            Report($"their contracts alone ({packed.Sum(part => (long)part.Bytes.Length) / 1e6:0.0} MB)", began.Elapsed);
            began.Restart();
            var state = facts.Aggregate(new RunState(Run), (at, fact) => at.Apply(fact));
            Report($"the state alone (step {state.Step})", began.Elapsed);
        }
    }

    private static async Task InSystemAsync(Action<AkkaConfigurationBuilder> journal, Func<TaskCompletionSource, Props> props, string what)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var host = AkkaHost.Build(NullLoggerFactory.Instance, TimeSpan.FromSeconds(30), akka =>
        {
            journal(akka.WithWire());
            akka.AddHocon("akka.stdout-loglevel = off", HoconAddMode.Prepend);
        });
        await host.StartAsync();
        var began = Stopwatch.StartNew();
        host.Services.GetRequiredService<ActorSystem>().ActorOf(props(done), "run");
        await done.Task;
        Report(what, began.Elapsed);
        await host.StopAsync();
    }

    private static void Report(string what, TimeSpan took) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {what}: {took.TotalSeconds:0.00} s"));

    private sealed class Writer : ReceivePersistentActor
    {
        private const int Write = 500;

        public Writer(IReadOnlyList<IRunEvent> facts, TaskCompletionSource done)
        {
            var next = 0;
            Command<Go>(_ =>
            {
                if (next == facts.Count)
                {
                    done.TrySetResult();
                    return;
                }

                var part = facts.Skip(next).Take(Write).ToList();
                next += part.Count;
                PersistAll(part, _ => { });
                DeferAsync(new Go(), again => Self.Tell(again));
            });
        }

        public override string PersistenceId => Run.PersistenceId;

        protected override void PreStart() => Self.Tell(new Go());

        private sealed record Go;
    }

    /// <summary>Keeps one snapshot.</summary>
    private sealed class Keeper : ReceiveActor
    {
        public Keeper(RunState state, TaskCompletionSource done)
        {
            Persistence.Instance.Apply(Context.System).SnapshotStoreFor("").Tell(new SaveSnapshot(new SnapshotMetadata(Run.PersistenceId, state.Facts, DateTime.UnixEpoch), RunSnapshot.Of(state)));
            Receive<SaveSnapshotSuccess>(_ => done.TrySetResult());
            Receive<SaveSnapshotFailure>(failed => done.TrySetException(failed.Cause));
        }
    }

    /// <summary>A run that is there once its journal is replayed.</summary>
    private sealed class Recovered(TaskCompletionSource done, SnapshotRule snapshots) : JournaledRun(Run, TimeProvider.System, fault => fault.Message, fault => done.TrySetException(fault), snapshots)
    {
        protected override void OnFact(IRunEvent fact)
        {
        }

        protected override void OnCommitted(TimeSpan took)
        {
        }

        protected override void End(string reason, bool isInput) => done.TrySetException(new InvalidOperationException(reason));

        protected override void OnReplaySuccess()
        {
            base.OnReplaySuccess();
            done.TrySetResult();
        }
    }
}
