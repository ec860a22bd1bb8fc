using Microsoft.Data.Sqlite;
using R2ec.Distributed.Core;

namespace R2ec.Distributed.Orchestration.Payloads;

/// <summary>What SQLite's codes mean for a person.</summary>
internal static class SqliteFaults
{
    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int IoError = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int NoDatabase = 26;

    internal static InputException Explain(string path, SqliteException fault) => new(
        fault.SqliteErrorCode switch
        {
            Full => $"The disk is full: {path} could not be written. Make room and resume the run; nothing is lost.",
            IoError => $"{path} could not be written or read ({fault.Message}). Look at the disk, then resume the run.",
            NoDatabase => $"{path} is no SQLite file. Put back the file as it was.",
            Corrupt => $"{path} is damaged ({fault.Message}). Put back a copy of it.",
            ReadOnly or CannotOpen => $"{path} cannot be opened ({fault.Message}). Look at its rights and its folder.",
            Busy or Locked => $"{path} is held by another program. End it and try again.",
            _ => $"{path} is not what this version writes ({fault.Message}).",
        },
        fault);
}
