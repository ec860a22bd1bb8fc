namespace R2ec.Distributed.Orchestration.Journal;

/// <summary>The database is out of reach. Nobody gave anything wrong: waiting helps, and every call of ours may be made again.</summary>
public sealed class DatabaseLostException : Exception
{
    /// <summary>The database is out of reach.</summary>
    public DatabaseLostException()
        : base("The database is out of reach.")
    {
    }

    /// <summary>The database is out of reach; the message names it.</summary>
    public DatabaseLostException(string message)
        : base(message)
    {
    }

    /// <summary>The database is out of reach, and how that showed.</summary>
    public DatabaseLostException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
