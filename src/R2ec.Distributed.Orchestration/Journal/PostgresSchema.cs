using Npgsql;
using R2ec.Distributed.Core;

namespace R2ec.Distributed.Orchestration.Journal;

/// <summary>
/// The tables of a cluster's database, those of the journal's plugin among them: processes that start together on an empty database would collide in the
/// catalogue if each had the plugin make its own. They grow by migrations that are never changed.
/// </summary>
internal static class PostgresSchema
{
    /// <summary>Key of the lock under which one process migrates: "r2ec".</summary>
    private const int LockKey = 0x72326563;

    /// <summary>Migration i leads from version i to i + 1.</summary>
    private static readonly string[] Migrations =
    [
        """
        create table payload(
          run text not null, sha256 text not null, kind int not null, step int not null, length bigint not null, content bytea not null,
          added bigint generated always as identity, primary key (run, sha256));
        alter table payload alter column content set storage external;
        """,
        """
        create table if not exists journal(
          ordering bigint generated always as identity, created bigint not null, deleted boolean not null, persistence_id text not null, sequence_number bigint not null,
          message bytea not null, manifest text, identifier int, writer_uuid text, constraint "PK_journal" primary key (ordering), constraint journal_uq unique (persistence_id, sequence_number));
        create index if not exists journal_created_idx on journal(created);
        create index if not exists journal_sequence_number_idx on journal(sequence_number);
        create table if not exists tags(
          ordering_id bigint not null, tag text not null, sequence_nr bigint not null, persistence_id text not null, constraint "PK_tags" primary key (ordering_id, tag));
        create index if not exists tags_persistence_id_sequence_nr_idx on tags(persistence_id, sequence_nr);
        create index if not exists tags_tag_idx on tags(tag);
        create table if not exists snapshot(
          persistence_id text not null, sequence_number bigint not null, created bigint not null, snapshot bytea, manifest text, serializer_id int,
          constraint "PK_snapshot" primary key (persistence_id, sequence_number));
        create index if not exists snapshot_created_idx on snapshot(created);
        create index if not exists snapshot_sequence_number_idx on snapshot(sequence_number);
        """,
    ];

    internal static async Task EnsureAsync(NpgsqlDataSource source, string place, CancellationToken stop)
    {
        await using var connection = await source.OpenConnectionAsync(stop).ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync(stop).ConfigureAwait(false);
        await ExecuteAsync(connection, $"select pg_advisory_xact_lock({LockKey}); create table if not exists r2ec_schema(version int not null)", stop).ConfigureAwait(false);
        var version = await VersionAsync(connection, stop).ConfigureAwait(false);
        if (version > Migrations.Length)
        {
            throw new InputException($"The database {place} has tables of version {version}, this program knows those up to {Migrations.Length}: a newer r2ec made them. Take that version, or update this one.");
        }

        foreach (var migration in Migrations.Skip(version))
        {
            await ExecuteAsync(connection, migration, stop).ConfigureAwait(false);
        }

        await ExecuteAsync(connection, $"delete from r2ec_schema; insert into r2ec_schema values ({Migrations.Length})", stop).ConfigureAwait(false);
        await transaction.CommitAsync(stop).ConfigureAwait(false);
    }

    private static async Task<int> VersionAsync(NpgsqlConnection connection, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand("select coalesce(max(version), 0) from r2ec_schema", connection);
        return (int)(await command.ExecuteScalarAsync(stop).ConfigureAwait(false))!;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(stop).ConfigureAwait(false);
    }
}
