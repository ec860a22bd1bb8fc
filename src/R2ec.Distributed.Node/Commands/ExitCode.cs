namespace R2ec.Distributed.Node.Commands;

/// <summary>What the program ends with; part of what scripts rely on.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>A node is not ready; or it ended since something failed.</summary>
    public const int NotReady = 1;

    /// <summary>A node ended by a fault of its own or of its cluster: it is to be started again.</summary>
    public const int NodeFailed = 1;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 2;

    /// <summary>A spec, a file or another input is wrong.</summary>
    public const int Input = 3;

    /// <summary>The cluster cannot be reached.</summary>
    public const int Unreachable = 4;

    /// <summary>The run failed.</summary>
    public const int Failed = 5;

    /// <summary>Interrupted after a drain.</summary>
    public const int Interrupted = 130;
}
