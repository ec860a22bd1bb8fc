using System.Runtime.Serialization;
using Microsoft.Data.Sqlite;
using R2ec.Distributed.Orchestration.Payloads;
using R2ec.Distributed.Orchestration.Runs;

namespace R2ec.Distributed.Orchestration.Journal;

/// <summary>What a journal's failure means for a person.</summary>
internal static class JournalFaults
{
    private const int Constraint = 19;

    internal static string Explain(RunFolder folder, Exception fault)
    {
        for (Exception? at = fault; at is not null; at = at.InnerException)
        {
            switch (at)
            {
                case SqliteException { SqliteErrorCode: Constraint }:
                    return $"Another process wrote {folder.Journal} at the same time; its event stands, this process stopped without harm. End one of them, then go on with 'r2ec resume {folder.Run}'.";
                case SqliteException sqlite:
                    return SqliteFaults.Explain(folder.Journal, sqlite).Message;
                case SerializationException serialization:
                    return $"{folder.Journal} holds what this version cannot read: {serialization.Message}";
                default:
                    break;
            }
        }

        return $"{folder.Journal} could not be written or read: {fault.Message}. Nothing is lost; go on with 'r2ec resume {folder.Run}'.";
    }
}
