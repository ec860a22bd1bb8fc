namespace R2ec.Distributed.Orchestration.Blobs;

/// <summary>A blob is not where its reference says. The work that made it has to be done again.</summary>
public sealed class BlobLostException : Exception
{
    /// <summary>A loss with its place.</summary>
    public BlobLostException(string message)
        : base(message)
    {
    }

    /// <summary>A loss with the exception that showed it.</summary>
    public BlobLostException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>A loss without a description.</summary>
    public BlobLostException()
    {
    }
}
