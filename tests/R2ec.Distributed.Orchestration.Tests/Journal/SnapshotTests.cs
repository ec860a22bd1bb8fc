using Microsoft.Data.Sqlite;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Tests.World;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Tests.Journal;

/// <summary>A snapshot and the events after it are the whole journal; one that cannot be used costs nothing but time.</summary>
public sealed class SnapshotTests
{
    private const string Manifest = "snapshot.run.v1";

    [Fact]
    public void A_snapshot_at_any_event_and_the_events_after_it_give_the_state_of_the_whole_journal()
    {
        for (var seed = 0; seed < 30; seed++)
        {
            var facts = RandomJournals.Of(seed);
            var whole = Bytes(RandomJournals.Replayed(facts));
            var at = new RunState(RandomJournals.Run);
            foreach (var (k, fact) in facts.Index())
            {
                at = at.Apply(fact);
                var read = Assert.IsType<RunSnapshot>(SnapshotSerializer.Read(SnapshotSerializer.Write(RunSnapshot.Of(at)), Manifest)).State;

                Assert.True(read.Facts == k + 1, $"seed {seed}, event {k + 1}: {read.Facts} facts");
                Assert.True(Bytes(RandomJournals.Replayed(facts.Skip(k + 1), read)).SequenceEqual(whole), $"seed {seed}: a snapshot after event {k + 1}, {fact.GetType().Name}, leads elsewhere");
                Assert.True(read.Orders().Select(order => order.GetType()).SequenceEqual(at.Orders().Select(order => order.GetType())), $"seed {seed}, event {k + 1}: other orders");
            }
        }
    }

    // What no journal of the test above has as it is by default would be lost without a word.
    [Fact]
    public void Every_property_of_a_state_takes_another_value_in_some_journal()
    {
        var first = new RunState(RandomJournals.Run);
        var same = typeof(RunState).GetProperties().Where(property => property.CanWrite && property.Name != nameof(RunState.Run)).ToList();
        for (var seed = 0; seed < 30; seed++)
        {
            var at = first;
            foreach (var fact in RandomJournals.Of(seed))
            {
                at = at.Apply(fact);
                same.RemoveAll(property => !Equals(property.GetValue(at), property.GetValue(first)));
            }
        }

        Assert.Equal([], same.Select(property => property.Name));
    }

    [Fact]
    public void A_snapshot_that_is_damaged_of_another_form_or_of_another_build_is_named_and_not_used()
    {
        var state = RandomJournals.Replayed(RandomJournals.Of(2).Take(60));
        var good = SnapshotSerializer.Write(RunSnapshot.Of(state));
        for (var at = 0; at < good.Length; at += 7)
        {
            byte[] bad = [.. good];
            bad[at] ^= 1;
            Assert.Equal("its digest is wrong", Reason(bad));
        }

        Assert.Equal("its digest is wrong", Reason(good[..^1]));
        Assert.Equal("it has 31 bytes", Reason(good[..31]));
        Assert.Contains("snapshot.run.v0", Assert.IsType<UnusableSnapshot>(SnapshotSerializer.Read(good, "snapshot.run.v0")).Reason, StringComparison.Ordinal);
        Assert.Equal("another build made it", Reason(SnapshotSerializer.Write(new RunSnapshot("others", state))));
        byte[] nonsense = [0x91, 0xA1, 0x78];
        Assert.Contains(Manifest, Reason([.. System.Security.Cryptography.SHA256.HashData(nonsense), .. nonsense]), StringComparison.Ordinal);

        static string Reason(byte[] bytes) => Assert.IsType<UnusableSnapshot>(SnapshotSerializer.Read(bytes, Manifest)).Reason;
    }

    [Fact]
    public void A_snapshot_of_another_run_or_place_is_not_used()
    {
        var snapshot = RunSnapshot.Of(RandomJournals.Replayed(RandomJournals.Of(0).Take(9)));

        Assert.Same(snapshot, SnapshotSerializer.Of(snapshot, RandomJournals.Run.PersistenceId, 9));
        Assert.IsType<UnusableSnapshot>(SnapshotSerializer.Of(snapshot, RandomJournals.Run.PersistenceId, 10));
        Assert.IsType<UnusableSnapshot>(SnapshotSerializer.Of(snapshot, "run-other", 9));
    }

    [Theory]
    [InlineData(0, 999, false)]
    [InlineData(0, 1000, true)]
    [InlineData(1000, 1999, false)]
    [InlineData(100_000, 104_999, false)]
    [InlineData(100_000, 105_264, true)]
    public void One_is_kept_after_so_many_events_or_a_twentieth_of_the_journal(long kept, long sequence, bool due)
    {
        Assert.Equal(due, new SnapshotRule(0, 1000).IsDue(kept, sequence));
        Assert.False(new SnapshotRule(0, 0).IsDue(kept, sequence));
    }

    [Fact]
    public async Task A_run_that_goes_on_begins_with_its_newest_snapshot_and_keeps_two()
    {
        using var world = new RunWorld();
        var folder = world.Create();
        await InterruptedAsync(world, folder);
        var kept = Sequences(folder);
        Assert.Equal(2, kept.Count);

        var outcome = await world.RunAsync(folder);

        Assert.Equal(RunPhase.Completed, outcome.Phase);
        Assert.Contains(world.Log, line => line.Contains($"Took up the state after event {kept[0]}", StringComparison.Ordinal));
        Assert.Equal(2, Sequences(folder).Count);
        Assert.True(Sequences(folder)[0] > kept[0]);
    }

    [Theory]
    [InlineData("update snapshot set snapshot = zeroblob(200) where sequence_number = (select max(sequence_number) from snapshot)", 1, "its digest is wrong")]
    [InlineData("update snapshot set snapshot = zeroblob(200)", 2, "its digest is wrong")]
    [InlineData("drop table snapshot", 0, "")]
    [InlineData("update snapshot set manifest = 'snapshot.run.v9'", 2, "it is a 'snapshot.run.v9'")]
    [InlineData("update snapshot set sequence_number = sequence_number - 1", 2, "it is one of run-small after event")]
    public async Task Snapshots_that_cannot_be_used_are_passed_over_and_the_run_ends_with_the_same_bits(string damage, int passedOver, string reason)
    {
        using var world = new RunWorld();
        var undisturbed = await world.RunAsync(world.Create("undisturbed"));
        var folder = world.Create();
        await InterruptedAsync(world, folder);
        var before = Sequences(folder);
        Execute(folder, damage);
        world.Log.Clear();

        var outcome = await world.RunAsync(folder);

        Assert.Equal((RunPhase.Completed, undisturbed.Weights), (outcome.Phase, outcome.Weights));
        Assert.Equal(passedOver, world.Log.Count(line => line.Contains("is not used: " + reason, StringComparison.Ordinal)));
        Assert.Equal(passedOver == 1, world.Log.Any(line => line.Contains($"Took up the state after event {before[1]}", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_snapshot_after_an_event_that_the_journal_does_not_hold_is_not_taken()
    {
        using var world = new RunWorld();
        var folder = world.Create();
        await InterruptedAsync(world, folder);
        var kept = Sequences(folder);
        Execute(folder, $"delete from journal where sequence_number >= {kept[0]}");
        world.Log.Clear();

        Assert.Equal(RunPhase.Completed, (await world.RunAsync(folder)).Phase);

        Assert.Contains(world.Log, line => line.Contains($"Took up the state after event {kept[1]}", StringComparison.Ordinal));
    }

    [Fact]
    public void A_state_grows_by_a_digest_for_each_group_and_little_for_each_step()
    {
        var plan = RandomJournals.Plan(TrainingMode.Sync, 0, steps: 400, batch: 25) with { CheckpointEvery = 25, EvaluateEvery = 100, BundleGroups = 25 };
        var (state, sizes) = (new RunState(RandomJournals.Run), new List<(int Step, int Bytes)>());
        foreach (var fact in RandomJournals.Of(plan, seed: 1, disturbed: false))
        {
            state = state.Apply(fact);
            if (fact is RunEvents.StepTrained && (state.Step == 40 || state.Step == 400))
            {
                sizes.Add((state.Step, Bytes(state).Length));
                Assert.True(state.Planned.Count + state.Waiting.Count + state.Tables.Count <= 2);
            }
        }

        Assert.InRange((sizes[1].Bytes - sizes[0].Bytes) / 360, 25 * 32, (25 * 32) + 110);
    }

    private static byte[] Bytes(RunState state) => SnapshotSerializer.Write(RunSnapshot.Of(state));

    private static async Task InterruptedAsync(RunWorld world, RunFolder folder)
    {
        await using var host = await RunHost.StartAsync(world.Options(folder), TestContext.Current.CancellationToken);
        world.OnFact = fact =>
        {
            if (fact is RunEvents.StepTrained { Step: 2 })
            {
                host.Drain();
            }
        };
        Assert.Equal(RunPhase.Interrupted, (await host.Completion.WaitAsync(RunWorld.Limit, TestContext.Current.CancellationToken)).Phase);
        world.OnFact = null;
    }

    private static List<long> Sequences(RunFolder folder)
    {
        using var connection = Open(folder);
        using var command = connection.CreateCommand();
        command.CommandText = "select sequence_number from snapshot order by sequence_number desc";
        using var rows = command.ExecuteReader();
        var sequences = new List<long>();
        while (rows.Read())
        {
            sequences.Add(rows.GetInt64(0));
        }

        return sequences;
    }

    private static void Execute(RunFolder folder, string sql)
    {
        using var connection = Open(folder);
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static SqliteConnection Open(RunFolder folder)
    {
        var connection = new SqliteConnection($"Data Source={folder.Journal};Pooling=False");
        connection.Open();
        return connection;
    }
}
