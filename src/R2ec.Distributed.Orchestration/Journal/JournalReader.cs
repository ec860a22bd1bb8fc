using Microsoft.Data.Sqlite;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Payloads;
using R2ec.Distributed.Orchestration.Runs;

namespace R2ec.Distributed.Orchestration.Journal;

/// <summary>
/// A run's events straight from its journal's file, for people, proofs and projections. Reads beside a run that writes, and what a killed one left. The
/// calls block: they belong on a thread of their own or at the edge.
/// </summary>
public static class JournalReader
{
    private const string Table = "journal";

    /// <summary>All events in their order; none where the run has not begun.</summary>
    /// <exception cref="InputException">The file is damaged, foreign, has a gap, holds a frame over the limit, or was written by another version.</exception>
    public static IReadOnlyList<IRunEvent> Read(RunFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (!File.Exists(folder.Journal))
        {
            return [];
        }

        try
        {
            using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = folder.Journal, Mode = SqliteOpenMode.ReadOnly, Pooling = false, DefaultTimeout = 5 }.ToString());
            connection.Open();
            return Exists(connection) ? Read(connection, folder) : [];
        }
        catch (SqliteException fault)
        {
            throw SqliteFaults.Explain(folder.Journal, fault);
        }
    }

    /// <summary>A run as <c>runs show</c> tells it.</summary>
    public static RunSummary Summary(RunFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var alive = RunLock.IsHeld(folder);
        return RunSummary.Of(folder.Run, Read(folder), alive);
    }

    /// <summary>Whether the unique index that fences a second writer is there.</summary>
    public static bool HasFence(RunFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = folder.Journal, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"""
            select count(*) from (
              select i.name from pragma_index_list('{Table}') i join pragma_index_info(i.name) c
              where i."unique" = 1 group by i.name
              having count(*) = 2 and sum(c.name in ('persistence_id', 'sequence_number')) = 2)
            """;
        return Convert.ToInt64(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture) > 0;
    }

    private static List<IRunEvent> Read(SqliteConnection connection, RunFolder folder)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"select {JournalRow.Columns("length")} from {Table} where persistence_id = $id order by sequence_number";
        command.Parameters.AddWithValue("$id", folder.Run.PersistenceId);
        using var rows = command.ExecuteReader();
        var events = new List<IRunEvent>();
        while (rows.Read())
        {
            events.Add(JournalRow.Of(rows).Event(events.Count + 1, folder.Journal, "Put back a whole copy of the file."));
        }

        return events;
    }

    private static bool Exists(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = $"select count(*) from sqlite_master where type = 'table' and name = '{Table}'";
        return Convert.ToInt64(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture) > 0;
    }
}
