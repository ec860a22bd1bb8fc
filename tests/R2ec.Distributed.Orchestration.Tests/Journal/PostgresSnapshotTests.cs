using Akka.Actor;
using Akka.Persistence;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Journal;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Wire;
using R2ec.Distributed.Testing;

namespace R2ec.Distributed.Orchestration.Tests.Journal;

[Collection(PostgresForTests.Collection)]
public sealed class PostgresSnapshotTests : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private DatabaseUrl _url = null!;
    private PostgresJournal _journal = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _url = DatabaseUrl.Parse(PostgresForTests.Need().NewDatabase());
        _journal = new PostgresJournal(_url);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _journal?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task A_state_is_read_from_the_newest_snapshot_that_can_be_used_and_the_events_after_it()
    {
        var run = RandomJournals.Run;
        var facts = RandomJournals.Of(seed: 1);
        var whole = Bytes(RandomJournals.Replayed(facts));
        await using var process = await JournalProcess.StartAsync(_url);
        await PostgresJournalTests.StoreAsync(process, run, facts);
        Assert.Equal(whole, Bytes(await _journal.StateAsync(run, Stop)));

        await KeptAsync(process, run, 30, facts);
        await KeptAsync(process, run, 50, facts);

        // Of the events before the snapshot nothing is read.
        await ExecuteAsync("update journal set message = '' where sequence_number <= 50");
        Assert.Equal(whole, Bytes(await _journal.StateAsync(run, Stop)));
        await ExecuteAsync("update snapshot set snapshot = '' where sequence_number = 50");
        Assert.Contains("event 31 is damaged", (await Assert.ThrowsAsync<InputException>(() => _journal.StateAsync(run, Stop))).Message, StringComparison.Ordinal);
        await ExecuteAsync("delete from journal where sequence_number >= 30");
        Assert.Contains("event 1 is damaged", (await Assert.ThrowsAsync<InputException>(() => _journal.StateAsync(run, Stop))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_actor_recovers_from_the_newest_snapshot_that_can_be_used()
    {
        var run = RandomJournals.Run;
        var facts = RandomJournals.Of(seed: 1);
        await using var process = await JournalProcess.StartAsync(_url);
        await PostgresJournalTests.StoreAsync(process, run, facts);
        await KeptAsync(process, run, 30, facts);
        await KeptAsync(process, run, 50, facts);

        foreach (var (journaled, first) in new[] { (facts.Count, 50), (49, 30), (29, 0), (0, 0) })
        {
            Assert.Equal((first, Bytes(RandomJournals.Replayed(facts))), await RecoveredAsync(process, run, journaled));
        }

        await ExecuteAsync("update snapshot set snapshot = 'x' where sequence_number = 50");
        Assert.Equal((30, Bytes(RandomJournals.Replayed(facts))), await RecoveredAsync(process, run, facts.Count));
        await ExecuteAsync("update snapshot set manifest = 'snapshot.run.v9'");
        Assert.Equal((0, Bytes(RandomJournals.Replayed(facts))), await RecoveredAsync(process, run, facts.Count));
    }

    /// <summary>Keeps a run's snapshot after an event.</summary>
    internal static async Task KeptAsync(JournalProcess process, RunId run, int sequence, IReadOnlyList<IRunEvent>? facts = null)
    {
        var state = RandomJournals.Replayed((facts ?? []).Take(sequence), new RunState(run));
        var store = Akka.Persistence.Persistence.Instance.Apply(process.System).SnapshotStoreFor("");
        await store.Ask<SaveSnapshotSuccess>(new SaveSnapshot(new SnapshotMetadata(run.PersistenceId, sequence, DateTime.UnixEpoch), RunSnapshot.Of(state)), Limit);
    }

    private static string Bytes(RunState state) => Convert.ToHexString(SnapshotSerializer.Write(RunSnapshot.Of(state)));

    private static async Task<(int First, string State)> RecoveredAsync(JournalProcess process, RunId run, int journaled)
    {
        var recovered = new TaskCompletionSource<(int, string)>(TaskCreationOptions.RunContinuationsAsynchronously);
        var actor = process.System.ActorOf(Props.Create(() => new Recovered(run, journaled, recovered)));
        var found = await recovered.Task.WaitAsync(Limit, Stop);
        await actor.GracefulStop(Limit);
        return found;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _journal.Source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Stop);
    }

    /// <summary>A run's recovery: the event after which its snapshot was, and the state that it came to.</summary>
    private sealed class Recovered : JournaledRun
    {
        private readonly TaskCompletionSource<(int, string)> _recovered;
        private int _first;

        public Recovered(RunId run, int journaled, TaskCompletionSource<(int, string)> recovered)
            : base(run, TimeProvider.System, fault => fault.Message, null, new SnapshotRule(journaled, Every: 0)) => _recovered = recovered;

        protected override bool AroundReceive(Receive receive, object message)
        {
            _first = message is LoadSnapshotResult { Snapshot: { } found } ? (int)found.Metadata.SequenceNr : _first;
            return base.AroundReceive(receive, message);
        }

        protected override void OnReplaySuccess()
        {
            base.OnReplaySuccess();
            _recovered.TrySetResult((_first, Bytes(State)));
        }

        protected override void OnFact(IRunEvent fact)
        {
        }

        protected override void OnCommitted(TimeSpan took)
        {
        }

        protected override void End(string reason, bool isInput) => _recovered.TrySetException(new InvalidOperationException(reason));
    }
}
