namespace R2ec.Distributed.Orchestration.Folders;

/// <summary>A named folder is not here and cannot be had now; later it may be. The message says why, for people.</summary>
public sealed class FolderLostException : Exception
{
    /// <summary>A loss with its reason.</summary>
    public FolderLostException(string message)
        : base(message)
    {
    }

    /// <summary>A loss with the exception that showed it.</summary>
    public FolderLostException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>A loss without a reason.</summary>
    public FolderLostException()
    {
    }
}
