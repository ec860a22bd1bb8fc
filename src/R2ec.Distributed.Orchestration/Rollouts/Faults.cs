using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Folders;
using R2ec.Distributed.Orchestration.Journal;

namespace R2ec.Distributed.Orchestration.Rollouts;

/// <summary>A fault as a reason that crosses the wire: messages have a limit, and no stack trace reaches a person.</summary>
internal static class Faults
{
    private const int LongestReason = 4000;

    internal static string Reason(Exception fault)
    {
        var text = Innermost(fault) is InputException or FolderLostException ? Innermost(fault).Message : $"{Innermost(fault).GetType().Name}: {Innermost(fault).Message}";
        return text.Length <= LongestReason ? text : text[..LongestReason];
    }

    internal static FailureKind Kind(Exception fault) => Innermost(fault) switch
    {
        InputException => FailureKind.Input,
        BlobLostException or DatabaseLostException => FailureKind.Lost,
        _ => FailureKind.Fault,
    };

    internal static bool IsInput(Exception fault) => Innermost(fault) is InputException;

    private static Exception Innermost(Exception fault) => fault is AggregateException { InnerException: { } inner } ? Innermost(inner) : fault;
}
