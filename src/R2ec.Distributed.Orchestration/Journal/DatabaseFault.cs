namespace R2ec.Distributed.Orchestration.Journal;

/// <summary>What a failure of the database means.</summary>
public enum DatabaseFault
{
    /// <summary>Something else: what was asked is wrong, or the database is not as this program makes it.</summary>
    Other = 0,

    /// <summary>Another writer was first: what it wrote stands.</summary>
    UniqueViolation = 1,

    /// <summary>The database is out of reach: waiting helps. What was asked may have been done.</summary>
    Unreachable = 2,
}
