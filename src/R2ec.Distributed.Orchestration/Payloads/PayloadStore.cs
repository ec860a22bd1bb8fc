using Microsoft.Data.Sqlite;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Threads;

namespace R2ec.Distributed.Orchestration.Payloads;

/// <summary>
/// A run's payloads in a SQLite file of their own: two writers on one file would meet as naps. One thread reads and writes. What was put is durable when
/// its task ends; what is read was compared with its hash.
/// </summary>
public sealed class PayloadStore : IPayloads
{
    private readonly WorkThread _thread = new("payloads");
    private readonly SqliteConnection _connection;
    private readonly RunId _run;
    private readonly string _path;

    private PayloadStore(SqliteConnection connection, RunId run, string path) => (_connection, _run, _path) = (connection, run, path);

    /// <summary>Opens the file for reading and writing; it is made where it is missing.</summary>
    /// <exception cref="InputException">It is no payload file, damaged, or cannot be written.</exception>
    public static Task<PayloadStore> OpenAsync(RunFolder folder) => OpenAsync(folder, SqliteOpenMode.ReadWriteCreate);

    /// <summary>Opens the file for reading, also while a run writes it.</summary>
    /// <exception cref="InputException">It is missing, no payload file, or damaged.</exception>
    public static Task<PayloadStore> OpenReadOnlyAsync(RunFolder folder) => OpenAsync(folder, SqliteOpenMode.ReadOnly);

    /// <summary>Stores payloads together; known ones stay.</summary>
    /// <exception cref="InputException">The disk is full or the file cannot be written.</exception>
    public Task PutAsync(IReadOnlyList<Payload> payloads) => _thread.RunAsync(() => Guard(() =>
    {
        using var transaction = _connection.BeginTransaction();
        Insert(transaction, payloads);
        transaction.Commit();
        return true;
    }));

    /// <inheritdoc/>
    /// <exception cref="InputException">The disk is full or the file cannot be written.</exception>
    public Task ReplaceTableAsync(Payload table, int kept) => _thread.RunAsync(() => Guard(() =>
    {
        using var transaction = _connection.BeginTransaction();
        using var remove = _connection.CreateCommand();
        remove.Transaction = transaction;
        remove.CommandText = """
            delete from payload where run = $run and kind = $kind and sha256 <> $new
              and rowid not in (select rowid from payload where run = $run and kind = $kind and sha256 <> $new order by rowid desc limit $kept)
            """;
        remove.Parameters.AddWithValue("$run", _run.Value);
        remove.Parameters.AddWithValue("$kind", (int)PayloadKind.Table);
        remove.Parameters.AddWithValue("$new", table.Digest.Hex);
        remove.Parameters.AddWithValue("$kept", kept);
        remove.ExecuteNonQuery();
        Insert(transaction, [table]);
        transaction.Commit();
        return true;
    }));

    /// <inheritdoc/>
    /// <exception cref="InputException">The file cannot be written.</exception>
    public Task<int> SweepAsync(int after, int until, IReadOnlyCollection<Digest> kept) => _thread.RunAsync(() => Guard(() =>
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "delete from payload where run = $run and kind = $kind and step > $after and step <= $until and sha256 not in (select value from json_each($kept))";
        command.Parameters.AddWithValue("$run", _run.Value);
        command.Parameters.AddWithValue("$kind", (int)PayloadKind.Group);
        command.Parameters.AddWithValue("$after", after);
        command.Parameters.AddWithValue("$until", until);
        command.Parameters.AddWithValue("$kept", System.Text.Json.JsonSerializer.Serialize(kept.Select(digest => digest.Hex)));
        return command.ExecuteNonQuery();
    }));

    /// <summary>A payload's content.</summary>
    /// <param name="digest">As the event names it.</param>
    /// <param name="place">Whose it is, for the message: <c>step 3, group 5</c>.</param>
    /// <exception cref="InputException">It is missing, changed, or longer than the limit; the message names the place and the digest.</exception>
    public Task<byte[]> ReadAsync(Digest digest, string place) => _thread.RunAsync(() => Guard(() => Read(digest, place)));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _thread.RunAsync(_connection.Dispose).ConfigureAwait(false);
        await _thread.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<PayloadStore> OpenAsync(RunFolder folder, SqliteOpenMode mode)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (mode == SqliteOpenMode.ReadOnly && !File.Exists(folder.Payloads))
        {
            throw new InputException($"{folder.Payloads} is missing: the run's groups stood in it. Without it a run can neither be resumed nor be proved.");
        }

        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = folder.Payloads, Mode = mode, Pooling = false, DefaultTimeout = 5 }.ToString());
        var store = new PayloadStore(connection, folder.Run, folder.Payloads);
        try
        {
            await store._thread.RunAsync(() => store.Guard(() => store.Prepare(mode))).ConfigureAwait(false);
            return store;
        }
        catch
        {
            await store.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private bool Prepare(SqliteOpenMode mode)
    {
        _connection.Open();
        using var command = _connection.CreateCommand();
        command.CommandText = mode == SqliteOpenMode.ReadOnly
            ? "select count(*) from payload where sha256 = ''"
            : """
              pragma journal_mode = wal;
              pragma synchronous = full;
              create table if not exists payload(
                run text not null, sha256 text not null, kind integer not null, step integer not null, length integer not null, content blob not null,
                primary key (run, sha256));
              """;
        command.ExecuteNonQuery();
        return true;
    }

    private void Insert(SqliteTransaction transaction, IReadOnlyList<Payload> payloads)
    {
        using var insert = _connection.CreateCommand();
        insert.Transaction = transaction;
        insert.CommandText = "insert or replace into payload(run, sha256, kind, step, length, content) values ($run, $sha256, $kind, $step, $length, $content)";
        foreach (var payload in payloads)
        {
            insert.Parameters.Clear();
            insert.Parameters.AddWithValue("$run", _run.Value);
            insert.Parameters.AddWithValue("$sha256", payload.Digest.Hex);
            insert.Parameters.AddWithValue("$kind", (int)payload.Kind);
            insert.Parameters.AddWithValue("$step", payload.Step);
            insert.Parameters.AddWithValue("$length", Packed.DeclaredLength(payload.Packed));
            insert.Parameters.AddWithValue("$content", payload.Packed);
            insert.ExecuteNonQuery();
        }
    }

    private byte[] Read(Digest digest, string place)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "select content from payload where run = $run and sha256 = $sha256";
        command.Parameters.AddWithValue("$run", _run.Value);
        command.Parameters.AddWithValue("$sha256", digest.Hex);
        if (command.ExecuteScalar() is not byte[] packed)
        {
            throw new InputException($"Payload {digest.Brief} of {place} is not in {_path}: the journal names it. Put back the file as it was.");
        }

        var check = new PayloadCheck(digest, $"of {place} in {_path}", "Put back the file as it was.");
        return check.Unpacked(check.Same(packed));
    }

    private T Guard<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (SqliteException fault)
        {
            throw SqliteFaults.Explain(_path, fault);
        }
    }
}
