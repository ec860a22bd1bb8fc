namespace R2ec.Distributed.Node.Client;

/// <summary>The cluster cannot be reached. The message is one line for people: where it was looked for, why, and what to do; the program ends with exit code 4.</summary>
internal sealed class UnreachableException : Exception
{
    /// <summary>Nobody answers.</summary>
    public UnreachableException(string message)
        : base(message)
    {
    }

    /// <summary>Nobody answers, as an exception showed.</summary>
    public UnreachableException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>Nobody answers; present because exceptions are expected to have it.</summary>
    public UnreachableException()
    {
    }
}
