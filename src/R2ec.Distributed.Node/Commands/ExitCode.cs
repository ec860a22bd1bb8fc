namespace R2ec.Distributed.Node.Commands;

/// <summary>What the program ends with; part of what scripts rely on.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

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
