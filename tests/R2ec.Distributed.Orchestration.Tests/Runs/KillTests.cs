using Microsoft.Data.Sqlite;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Journal;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Tests.World;

namespace R2ec.Distributed.Orchestration.Tests.Runs;

/// <summary>
/// A process that dies after event k leaves exactly k events in the journal, and on disk payloads, weights and checkpoints of which some are ahead of it. Every
/// k is tried on copies of one run.
/// </summary>
public sealed class KillTests
{
    [Theory]
    [InlineData("sync")]
    [InlineData("one-step-off")]
    public async Task A_run_killed_after_any_event_ends_with_the_same_weights_and_the_same_rows(string mode)
    {
        using var world = new RunWorld { Spec = RunWorld.Small(steps: 3, mode) };
        var whole = world.Create("whole");
        var tables = new List<object[]>();
        world.OnFact = fact => Keep(tables, whole, fact);
        var undisturbed = await world.RunAsync(whole);
        var facts = JournalReader.Read(whole);
        var rows = RunWorld.Timeless(whole);

        for (var k = 0; k < facts.Count; k++)
        {
            var killed = Copy(world, whole, $"killed-{k}", k, tables, bare: k % 3 == 2);
            world.Facts.Clear();
            world.OnFact = null;
            var outcome = await world.RunAsync(killed);

            Assert.True(outcome.Phase == RunPhase.Completed, $"killed after event {k} ({(k == 0 ? "none" : facts[k - 1].GetType().Name)}): {outcome.Phase} {outcome.Reason}");
            Assert.True(outcome.Weights == undisturbed.Weights, $"killed after event {k} ({(k == 0 ? "none" : facts[k - 1].GetType().Name)}): other weights");
            Assert.Equal(rows, RunWorld.Timeless(killed));
            Assert.Equal(3, JournalReader.Read(killed).Count(fact => fact is RunEvents.StepTrained));
        }
    }

    private static RunFolder Copy(RunWorld world, RunFolder from, string name, int events, List<object[]> tables, bool bare)
    {
        var to = new RunFolder(Path.Combine(world.Runs, name), RunId.Parse(name));
        foreach (var path in Directory.EnumerateFiles(from.Path, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to.Path, Path.GetRelativePath(from.Path, path));
            if (!bare || !(target.Contains("/weights/", StringComparison.Ordinal) || target.Contains("/checkpoints/", StringComparison.Ordinal)))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(target)!);
                File.Copy(path, target);
            }
        }

        using var journal = new SqliteConnection($"Data Source={to.Journal};Pooling=False");
        journal.Open();
        Execute(journal, $"delete from journal where sequence_number > {events}");
        Rename(journal, to, events);
        RenameSnapshots(journal, to);
        using var payloads = new SqliteConnection($"Data Source={to.Payloads};Pooling=False");
        payloads.Open();
        Execute(payloads, "delete from payload where kind = 1");
        foreach (var table in tables.Take(JournalReader.Read(to).Count(fact => fact is RunEvents.ItemTableReady) + 1))
        {
            using var insert = payloads.CreateCommand();
            insert.CommandText = "insert or replace into payload(run, sha256, kind, step, length, content) values ('', $a, 1, 0, $b, $c)";
            insert.Parameters.AddWithValue("$a", table[0]);
            insert.Parameters.AddWithValue("$b", table[1]);
            insert.Parameters.AddWithValue("$c", table[2]);
            insert.ExecuteNonQuery();
        }

        Execute(payloads, $"update payload set run = '{name}'");
        return to;
    }

    // Old tables are removed as the run goes on; a run that was killed earlier still has its own.
    private static void Keep(List<object[]> tables, RunFolder folder, IRunEvent fact)
    {
        if (fact is RunEvents.ItemTableReady ready)
        {
            using var payloads = new SqliteConnection($"Data Source={folder.Payloads};Pooling=False;Mode=ReadOnly");
            payloads.Open();
            using var select = payloads.CreateCommand();
            select.CommandText = $"select sha256, length, content from payload where sha256 = '{ready.Payload.Hex}'";
            using var row = select.ExecuteReader();
            Assert.True(row.Read());
            tables.Add([row.GetString(0), row.GetInt64(1), row.GetFieldValue<byte[]>(2)]);
        }
    }

    // The copy is another run: its name stands in every event.
    private static void Rename(SqliteConnection journal, RunFolder to, int events)
    {
        Execute(journal, $"update journal set persistence_id = '{to.Run.PersistenceId}'");
        for (var sequence = 1; sequence <= events; sequence++)
        {
            using var select = journal.CreateCommand();
            select.CommandText = $"select manifest, message from journal where sequence_number = {sequence}";
            using var row = select.ExecuteReader();
            row.Read();
            var contract = Orchestration.Wire.WireContracts.Of(row.GetString(0))!;
            var fact = contract.Read(row.GetFieldValue<byte[]>(1));
            fact.GetType().GetProperty("Run")!.SetValue(fact, to.Run);
            using var update = journal.CreateCommand();
            update.CommandText = $"update journal set message = $message where sequence_number = {sequence}";
            update.Parameters.AddWithValue("$message", contract.Write(fact));
            update.ExecuteNonQuery();
        }
    }

    // Those after the last event stay: nobody may take them.
    private static void RenameSnapshots(SqliteConnection journal, RunFolder to)
    {
        var sequences = new List<long>();
        using (var select = journal.CreateCommand())
        {
            select.CommandText = "select sequence_number from snapshot";
            using var rows = select.ExecuteReader();
            while (rows.Read())
            {
                sequences.Add(rows.GetInt64(0));
            }
        }

        foreach (var sequence in sequences)
        {
            using var select = journal.CreateCommand();
            select.CommandText = $"select snapshot from snapshot where sequence_number = {sequence}";
            var snapshot = (RunSnapshot)Orchestration.Wire.SnapshotSerializer.Read((byte[])select.ExecuteScalar()!, "snapshot.run.v1");
            using var update = journal.CreateCommand();
            update.CommandText = $"update snapshot set persistence_id = '{to.Run.PersistenceId}', snapshot = $snapshot where sequence_number = {sequence}";
            update.Parameters.AddWithValue("$snapshot", Orchestration.Wire.SnapshotSerializer.Write(RunSnapshot.Of(snapshot.State with { Run = to.Run })));
            update.ExecuteNonQuery();
        }
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
