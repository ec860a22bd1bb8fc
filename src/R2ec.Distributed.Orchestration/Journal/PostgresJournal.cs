using Npgsql;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Journal;

/// <summary>
/// A cluster's database: makes its tables, and reads the runs' events beside whoever writes them. Writing is the plugin's alone, behind the
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

    /// <summary>Makes and migrates the tables, the plugin's among them, before any journal starts; nothing happens where they are as they should be. One process at a time does it.</summary>
    /// <exception cref="InputException">A newer version made them, or the database refuses.</exception>
    public Task EnsureAsync(CancellationToken stop) => GuardAsync(async () =>
    {
        await PostgresSchema.EnsureAsync(Source, Place, stop).ConfigureAwait(false);
        return true;
    });

    /// <summary>Whether the unique index that fences a second writer is there. It is made with the tables.</summary>
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

    /// <summary>Refuses a journal that has events and no fence: two coordinators could write it. Tables without an event that were left half made are the plugin's matter, which makes the index again.</summary>
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

    /// <summary>A run's state: from its newest snapshot that can be used, where there is one, and the events after it.</summary>
    /// <exception cref="InputException">As for <see cref="ReadAsync"/>, of the events that are read.</exception>
    public async Task<RunState> StateAsync(RunId run, CancellationToken stop)
    {
        var state = await GuardAsync(() => SnapshotAsync(run, stop)).ConfigureAwait(false) ?? new RunState(run);
        return (await ReadAsync(run, state.Facts, stop).ConfigureAwait(false)).Aggregate(state, (at, fact) => at.Apply(fact));
    }

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

    // One after an event that the journal does not hold is none of this journal's.
    private async Task<RunState?> SnapshotAsync(RunId run, CancellationToken stop)
    {
        if (!await HasTableAsync(stop, "snapshot").ConfigureAwait(false))
        {
            return null;
        }

        for (var before = long.MaxValue; ;)
        {
            await using var command = Source.CreateCommand(
                $"""
                select s.sequence_number, s.manifest, s.snapshot from snapshot s
                where s.persistence_id = $1 and s.sequence_number < $2 and s.serializer_id = {SnapshotSerializer.Id} and octet_length(s.snapshot) <= {SnapshotSerializer.LimitBytes}
                  and exists (select from journal j where j.persistence_id = s.persistence_id and j.sequence_number = s.sequence_number)
                order by s.sequence_number desc limit 1
                """);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = run.PersistenceId });
            command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = before });
            await using var row = await command.ExecuteReaderAsync(stop).ConfigureAwait(false);
            if (!await row.ReadAsync(stop).ConfigureAwait(false))
            {
                return null;
            }

            before = row.GetInt64(0);
            if (SnapshotSerializer.Of(SnapshotSerializer.Read(row.GetFieldValue<byte[]>(2), row.GetString(1)), run.PersistenceId, before) is RunSnapshot usable)
            {
                return usable.State;
            }
        }
    }

    private async Task<bool> HasTableAsync(CancellationToken stop, string table = "journal")
    {
        await using var command = Source.CreateCommand($"select to_regclass('{table}') is not null");
        return (bool)(await command.ExecuteScalarAsync(stop).ConfigureAwait(false))!;
    }
}
