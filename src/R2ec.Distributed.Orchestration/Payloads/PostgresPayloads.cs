using Npgsql;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Orchestration.Journal;

namespace R2ec.Distributed.Orchestration.Payloads;

/// <summary>
/// A run's payloads in the cluster's database. What was put is durable when its task ends; what is read was compared with its hash. Every call throws
/// <see cref="DatabaseLostException"/> while the database is out of reach, and may be made again.
/// </summary>
/// <param name="database">The database; it stays open when this is disposed.</param>
/// <param name="run">Whose payloads.</param>
public sealed class PostgresPayloads(PostgresJournal database, RunId run) : IPayloads
{
    private const string Remedy = "Restore the database from a whole copy.";

    /// <inheritdoc/>
    public Task PutAsync(IReadOnlyList<Payload> payloads)
    {
        ArgumentNullException.ThrowIfNull(payloads);
        return payloads.Count == 0 ? Task.CompletedTask : StoreAsync(payloads.Select(Insert));
    }

    /// <inheritdoc/>
    public Task ReplaceTableAsync(Payload table, int kept)
    {
        ArgumentNullException.ThrowIfNull(table);
        return StoreAsync([Forget(table, kept), Insert(table)]);
    }

    /// <inheritdoc/>
    public Task<int> SweepAsync(int after, int until, IReadOnlyCollection<Digest> kept) => database.GuardAsync(async () =>
    {
        await using var command = database.Source.CreateCommand("delete from payload where run = $1 and kind = $2 and step > $3 and step <= $4 and not (sha256 = any($5))");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = run.Value });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = (int)PayloadKind.Group });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = until });
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. kept.Select(digest => digest.Hex)] });
        return await command.ExecuteNonQueryAsync().ConfigureAwait(false);
    });

    /// <inheritdoc/>
    public async Task<byte[]> ReadAsync(Digest digest, string place)
    {
        var packed = await ContentAsync(digest).ConfigureAwait(false)
            ?? throw new InputException($"Payload {digest.Brief} of {place} is not in the database {database.Place}: the journal names it. {Remedy}");
        var check = new PayloadCheck(digest, $"of {place} in the database {database.Place}", Remedy);
        return check.Unpacked(check.Same(packed));
    }

    /// <summary>A payload's packed bytes, as they go over the bulk channel; null where there is none.</summary>
    /// <exception cref="InputException">They were changed.</exception>
    public async Task<byte[]?> FindPackedAsync(Digest digest) => await ContentAsync(digest).ConfigureAwait(false) is { } packed
        ? new PayloadCheck(digest, $"of run {run} in the database {database.Place}", Remedy).Same(packed)
        : null;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private NpgsqlBatchCommand Insert(Payload payload) => new("insert into payload(run, sha256, kind, step, length, content) values ($1, $2, $3, $4, $5, $6) on conflict do nothing")
    {
        Parameters =
        {
            new NpgsqlParameter<string> { TypedValue = run.Value },
            new NpgsqlParameter<string> { TypedValue = payload.Digest.Hex },
            new NpgsqlParameter<int> { TypedValue = (int)payload.Kind },
            new NpgsqlParameter<int> { TypedValue = payload.Step },
            new NpgsqlParameter<long> { TypedValue = Packed.DeclaredLength(payload.Packed) },
            new NpgsqlParameter<byte[]> { TypedValue = payload.Packed },
        },
    };

    private NpgsqlBatchCommand Forget(Payload table, int kept) => new("""
        delete from payload where run = $1 and kind = $2 and sha256 <> $3
          and sha256 not in (select sha256 from payload where run = $1 and kind = $2 and sha256 <> $3 order by added desc limit $4)
        """)
    {
        Parameters =
        {
            new NpgsqlParameter<string> { TypedValue = run.Value },
            new NpgsqlParameter<int> { TypedValue = (int)PayloadKind.Table },
            new NpgsqlParameter<string> { TypedValue = table.Digest.Hex },
            new NpgsqlParameter<int> { TypedValue = kept },
        },
    };

    private Task<bool> StoreAsync(IEnumerable<NpgsqlBatchCommand> commands) => database.GuardAsync(async () =>
    {
        await using var connection = await database.Source.OpenConnectionAsync().ConfigureAwait(false);
        await using var transaction = await connection.BeginTransactionAsync().ConfigureAwait(false);
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var command in commands)
        {
            batch.BatchCommands.Add(command);
        }

        await batch.ExecuteNonQueryAsync().ConfigureAwait(false);
        await transaction.CommitAsync().ConfigureAwait(false);
        return true;
    });

    private Task<byte[]?> ContentAsync(Digest digest) => database.GuardAsync(async () =>
    {
        await using var command = database.Source.CreateCommand("select content from payload where run = $1 and sha256 = $2");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = run.Value });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = digest.Hex });
        return await command.ExecuteScalarAsync().ConfigureAwait(false) as byte[];
    });
}
