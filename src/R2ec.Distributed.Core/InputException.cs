namespace R2ec.Distributed.Core;

/// <summary>
/// Something that a person gave is wrong: a spec, a file, an option, a run's state. The message says what is wrong, where, and what to do; it is
/// printed as it stands, without a stack trace, and the process ends with exit code 3.
/// </summary>
public sealed class InputException : Exception
{
    /// <summary>A fault with its place and its remedy.</summary>
    public InputException(string message)
        : base(message)
    {
    }

    /// <summary>A fault with the exception that showed it.</summary>
    public InputException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>A fault without a description; present because exceptions are expected to have it.</summary>
    public InputException()
    {
    }
}
