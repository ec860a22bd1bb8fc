using Akka.Hosting;
using Akka.Persistence.Hosting;
using Akka.Persistence.Sql.Config;
using Akka.Persistence.Sql.Hosting;
using LinqToDB;

namespace R2ec.Distributed.Orchestration.Journal;

/// <summary>The journal of a cluster with its snapshots: Akka.Persistence.Sql on PostgreSQL, all runs in one table. Its fence is the same index as on one machine.</summary>
public static class PostgresJournalSetup
{
    /// <summary>The settings that the journal relies on; docs/decisions/0007-postgresql.md has what was measured.</summary>
    private const string Settings = """
        akka.persistence.max-concurrent-recoveries = 4
        akka.persistence.journal.sql {
          batch-size = 1
          parallelism = 3
          replay-filter.mode = warn
          materializer-dispatcher = r2ec.journal-dispatcher
          plugin-dispatcher = r2ec.journal-dispatcher
          circuit-breaker.reset-timeout = 5s
          # Another coordinator can take over: what does not answer is left soon.
          circuit-breaker.call-timeout = 10s
          recovery-event-timeout = 30s
        }
        akka.persistence.snapshot-store.sql {
          class = "R2ec.Distributed.Orchestration.Journal.RunSnapshotStore, R2ec.Distributed.Orchestration"
          plugin-dispatcher = r2ec.journal-dispatcher
          circuit-breaker.reset-timeout = 5s
          circuit-breaker.call-timeout = 10s
        }
        r2ec.journal-dispatcher { type = ForkJoinDispatcher, throughput = 10, dedicated-thread-pool { thread-count = 2 } }
        """;

    /// <summary>Adds the journal of a cluster's runs.</summary>
    /// <param name="builder">The actor system's builder.</param>
    /// <param name="connectionString">How Npgsql connects: <see cref="DatabaseUrl.JournalConnectionString"/>.</param>
    public static AkkaConfigurationBuilder WithPostgresJournal(this AkkaConfigurationBuilder builder, string connectionString) => builder
        .WithSqlPersistence(connectionString, ProviderName.PostgreSQL15, PersistenceMode.Both, autoInitialize: true, tagStorageMode: TagMode.TagTable)
        .AddHocon(Settings, HoconAddMode.Prepend);
}
