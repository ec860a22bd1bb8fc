using System.Net.Sockets;
using Akka.Pattern;
using Npgsql;
using R2ec.Distributed.Core;

namespace R2ec.Distributed.Orchestration.Journal;

/// <summary>What a failure of the database means, however deep the cause stands.</summary>
public static class DatabaseFaults
{
    /// <summary>The first cause that says something, from the outermost on.</summary>
    public static DatabaseFault Classify(Exception fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        if (fault is AggregateException several)
        {
            return several.InnerExceptions.Select(Classify).FirstOrDefault(kind => kind != DatabaseFault.Other);
        }

        var own = Own(fault);
        return own == DatabaseFault.Other && fault.InnerException is { } inner ? Classify(inner) : own;
    }

    /// <summary>The failure as callers know it: one that waiting mends, or one that a person mends.</summary>
    internal static Exception Explain(string place, Exception fault) => Classify(fault) == DatabaseFault.Unreachable
        ? new DatabaseLostException($"The database {place} is out of reach ({fault.Message}). Nothing that was stored is lost; it is tried again when the database is back.", fault)
        : new InputException(
            fault switch
            {
                PostgresException { SqlState: PostgresErrorCodes.DiskFull } => $"The disk of the database {place} is full. Make room there; nothing is lost.",
                PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn } => $"The database {place} has not the tables of r2ec. Start a coordinator on it, which makes them.",
                PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } => $"The database {place} refuses user or password. Look at its URI.",
                PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } => $"The database {place} does not exist. Make it, or look at its URI.",
                PostgresException other => $"The database {place} refuses what was asked: {other.MessageText} ({other.SqlState}). Look at its log.",
                _ => $"The database {place} cannot be used: {fault.Message}. Look at its URI and its log.",
            },
            fault);

    private static DatabaseFault Own(Exception fault) => fault switch
    {
        PostgresException { SqlState: PostgresErrorCodes.UniqueViolation } => DatabaseFault.UniqueViolation,
        PostgresException { SqlState: PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow } => DatabaseFault.Unreachable,
        PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } => DatabaseFault.Unreachable,
        PostgresException state when state.SqlState.StartsWith("08", StringComparison.Ordinal) => DatabaseFault.Unreachable,
        PostgresException => DatabaseFault.Other,
        NpgsqlException { IsTransient: true } or SocketException or TimeoutException or OpenCircuitException => DatabaseFault.Unreachable,
        _ => DatabaseFault.Other,
    };
}
