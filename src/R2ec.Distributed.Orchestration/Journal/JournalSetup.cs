using Akka.Hosting;
using Akka.Persistence.Hosting;
using Akka.Persistence.Sql.Config;
using Akka.Persistence.Sql.Hosting;
using LinqToDB;
using Microsoft.Data.Sqlite;
using R2ec.Distributed.Orchestration.Payloads;
using R2ec.Distributed.Orchestration.Runs;

namespace R2ec.Distributed.Orchestration.Journal;

/// <summary>The journal of one machine with its snapshots: Akka.Persistence.Sql on a SQLite file. Its fence is the unique index on (persistence_id, sequence_number).</summary>
public static class JournalSetup
{
    /// <summary>The settings that the journal relies on; each is measured in docs/decisions/0001-journal.md.</summary>
    private const string Settings = """
        akka.persistence.max-concurrent-recoveries = 4
        akka.persistence.journal.sql {
          batch-size = 1
          parallelism = 1
          replay-filter.mode = warn
          materializer-dispatcher = r2ec.journal-dispatcher
          plugin-dispatcher = r2ec.journal-dispatcher
          circuit-breaker.reset-timeout = 5s
          # A starved machine is no broken journal: one process, one file, nobody else who could take over.
          circuit-breaker.call-timeout = 60s
          recovery-event-timeout = 180s
        }
        akka.persistence.snapshot-store.sql {
          class = "R2ec.Distributed.Orchestration.Journal.RunSnapshotStore, R2ec.Distributed.Orchestration"
          plugin-dispatcher = r2ec.journal-dispatcher
          circuit-breaker.reset-timeout = 5s
          circuit-breaker.call-timeout = 60s
        }
        r2ec.journal-dispatcher { type = ForkJoinDispatcher, throughput = 10, dedicated-thread-pool { thread-count = 2 } }
        """;

    /// <summary>Adds the journal of a run.</summary>
    public static AkkaConfigurationBuilder WithJournal(this AkkaConfigurationBuilder builder, RunFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return builder
            .WithSqlPersistence(ConnectionString(folder), ProviderName.SQLiteMS, PersistenceMode.Both, autoInitialize: true, tagStorageMode: TagMode.TagTable)
            .AddHocon(Settings, HoconAddMode.Prepend);
    }

    /// <summary>How the journal's file is opened.</summary>
    public static string ConnectionString(RunFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return new SqliteConnectionStringBuilder { DataSource = folder.Journal, DefaultTimeout = 5, Pooling = true }.ToString();
    }

    /// <summary>
    /// Brings the file into the mode in which it is written, before the plugin opens it: write-ahead log, which stays in the file. A file without events
    /// that was left half made is made anew.
    /// </summary>
    /// <exception cref="R2ec.Distributed.Core.InputException">The file is no journal, damaged, or cannot be written.</exception>
    public static void Prepare(RunFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        try
        {
            if (IsHalfMade(folder))
            {
                foreach (var end in new[] { "", "-wal", "-shm" })
                {
                    File.Delete(folder.Journal + end);
                }
            }

            using var connection = Open(folder);
            Execute(connection, "pragma journal_mode = wal");
        }
        catch (SqliteException fault)
        {
            throw SqliteFaults.Explain(folder.Journal, fault);
        }
    }

    // A process that died while the plugin made its tables leaves a journal without events and perhaps without its index.
    private static bool IsHalfMade(RunFolder folder) => File.Exists(folder.Journal) && JournalReader.Read(folder).Count == 0 && !JournalReader.HasFence(folder);

    private static SqliteConnection Open(RunFolder folder)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder(ConnectionString(folder)) { Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
