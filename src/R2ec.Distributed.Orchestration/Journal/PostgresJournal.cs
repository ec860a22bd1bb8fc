using Npgsql;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Orchestration.Journal;

/// <summary>
/// A cluster's database: makes this program's tables, and reads the runs' events beside whoever writes them. Writing is the plugin's alone, behind the
/// unique index on (persistence_id, sequence_number).
/// </summary>
/// <remarks>Every call throws <see cref="DatabaseLostException"/> while the database is out of reach, and may be made again.</remarks>
/// <param name="url">Where it stands.</param>
public sealed class PostgresJournal(DatabaseUrl url) : IAsyncDisposable
{
    private const string Prefix = "run-";
    private const string Remedy = "Restore the database from a whole copy.";

    /// <summary>The database for people: host:port/database.</summary>
    public string Place { get; } = url.Place;

    /// <summary>Its connections.</summary>
    internal NpgsqlDataSource Source { get; } = NpgsqlDataSource.Create(url.ConnectionString);

    /// <summary>Makes and migrates this program's tables; nothing happens where they are as they should be. One process at a time does it.</summary>
    /// <exception cref="InputException">A newer version made them, or the database refuses.</exception>
    public Task EnsureAsync(CancellationToken stop) => GuardAsync(async () =>
    {
        await PostgresSchema.EnsureAsync(Source, Place, stop).ConfigureAwait(false);
        return true;
    });

    /// <summary>Whether the unique index that fences a second writer is there. The plugin makes it with its tables, so ask once it has started.</summary>
    public Task<bool> HasFenceAsync(CancellationToken stop) => GuardAsync(async () =>
    {
        await using var command = Source.CreateCommand(
            """
            select exists (
              select from pg_index i
              where i.indrelid = to_regclass('journal') and i.indisunique and i.indisvalid and i.indpred is null
                and (select array_agg(a.attname::text order by a.attname) from pg_attribute a where a.attrelid = i.indrelid and a.attnum = any(i.indkey)) = array['persistence_id', 'sequence_number'])
            """);
        return (bool)(await command.ExecuteScalarAsync(stop).ConfigureAwait(false))!;
    });

    /// <summary>Refuses a journal that has events and no fence: two coordinators could write it. Tables that the plugin has still to make, or left half made, are its own matter.</summary>
    /// <exception cref="InputException">The journal is there and its unique index is not.</exception>
    public async Task RequireFenceAsync(CancellationToken stop)
    {
        if (!await HasFenceAsync(stop).ConfigureAwait(false) && (await RunsAsync(stop).ConfigureAwait(false)).Count > 0)
        {
            throw new InputException(
                $"The journal in {Place} has no unique index on (persistence_id, sequence_number), which alone keeps a second coordinator from writing: nothing is worked on. {Remedy} Or make the index again: create unique index on journal (persistence_id, sequence_number).");
        }
    }

    /// <summary>Every run that has an event, in the order of their first events.</summary>
    public Task<IReadOnlyList<RunId>> RunsAsync(CancellationToken stop) => GuardAsync<IReadOnlyList<RunId>>(async () =>
    {
        if (!await HasTableAsync(stop).ConfigureAwait(false))
        {
            return [];
        }

        await using var command = Source.CreateCommand($"select persistence_id from journal where persistence_id like '{Prefix}%' group by persistence_id order by min(ordering)");
        await using var rows = await command.ExecuteReaderAsync(stop).ConfigureAwait(false);
        var runs = new List<RunId>();
        while (await rows.ReadAsync(stop).ConfigureAwait(false))
        {
            runs.Add(new RunId(rows.GetString(0)[Prefix.Length..]));
        }

        return runs;
    });

    /// <summary>A run's events in their order; none where it has not begun.</summary>
    /// <param name="run">The run.</param>
    /// <param name="after">Sequence number of the last event that the caller has; 0 for all.</param>
    /// <param name="stop">Ends the wait.</param>
    /// <exception cref="InputException">The journal has a gap, holds a frame over the limit, or was written by another version; the message names the event.</exception>
    public Task<IReadOnlyList<IRunEvent>> ReadAsync(RunId run, long after, CancellationToken stop) => GuardAsync<IReadOnlyList<IRunEvent>>(async () =>
    {
        if (!await HasTableAsync(stop).ConfigureAwait(false))
        {
            return [];
        }

        await using var command = Source.CreateCommand($"select {JournalRow.Columns("octet_length")} from journal where persistence_id = $1 and sequence_number > $2 order by sequence_number");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = run.PersistenceId });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        await using var rows = await command.ExecuteReaderAsync(stop).ConfigureAwait(false);
        var events = new List<IRunEvent>();
        while (await rows.ReadAsync(stop).ConfigureAwait(false))
        {
            events.Add(JournalRow.Of(rows).Event(after + events.Count + 1, $"Run {run} in the database {Place}", Remedy));
        }

        return events;
    });

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Source.DisposeAsync();

    /// <summary>Has a failure of the database say what it means.</summary>
    internal async Task<T> GuardAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is NpgsqlException or TimeoutException)
        {
            // What waits in the pool is dead as well: each would fail one more call.
            if (DatabaseFaults.Classify(fault) == DatabaseFault.Unreachable)
            {
                Source.Clear();
            }

            throw DatabaseFaults.Explain(Place, fault);
        }
    }

    private async Task<bool> HasTableAsync(CancellationToken stop)
    {
        await using var command = Source.CreateCommand("select to_regclass('journal') is not null");
        return (bool)(await command.ExecuteScalarAsync(stop).ConfigureAwait(false))!;
    }
}
