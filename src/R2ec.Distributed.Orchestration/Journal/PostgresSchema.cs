using Npgsql;
using R2ec.Distributed.Core;

namespace R2ec.Distributed.Orchestration.Journal;

/// <summary>The tables of this program, which stand beside those of the journal's plugin. They grow by migrations that are never changed.</summary>
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
