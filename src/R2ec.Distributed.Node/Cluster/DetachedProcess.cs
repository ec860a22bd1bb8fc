using System.Diagnostics;
using R2ec.Distributed.Core;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>Starts programs that outlive their starter: a session of their own, no input, output to a file, no other descriptor of the caller's.</summary>
internal static class DetachedProcess
{
    // The shell becomes setsid and setsid becomes the program, so that the process started is the program's own. A child of .NET leads no process group, so setsid does not fork.
    private const string Script = "log=$1; shift; exec setsid \"$@\" >> \"$log\" 2>&1 < /dev/null";

    // What the launcher sets, for a program that was started without it: these have to stand in the environment before libtorch is loaded.
    private static readonly (string Name, string Value)[] Numerics = [("MKL_CBWR", "AVX2,STRICT"), ("OMP_NUM_THREADS", "1"), ("OMP_WAIT_POLICY", "PASSIVE"), ("DOTNET_TieredPGO", "0")];

    /// <summary>This program's own executable.</summary>
    public static string Program => Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) != "dotnet" ? path : Path.Combine(AppContext.BaseDirectory, "r2ec");

    /// <summary>Starts a program; the process returned is its own.</summary>
    /// <exception cref="InputException">The program is not there.</exception>
    /// <param name="program">File of the program.</param>
    /// <param name="words">Its arguments.</param>
    /// <param name="log">File that its output is added to.</param>
    /// <param name="within">A command that becomes the program, such as one that enters a namespace.</param>
    public static Process Start(string program, IEnumerable<string> words, string log, IReadOnlyList<string>? within = null)
    {
        if (!File.Exists(program))
        {
            throw new InputException($"{program} is gone: the build that the cluster was started from was removed. Bring the cluster down and up again.");
        }

        LinuxProcess.KeepDescriptors();
        var start = new ProcessStartInfo("/bin/sh", ["-c", Script, "sh", log, .. within ?? [], program, .. words]) { UseShellExecute = false, WorkingDirectory = "/" };
        foreach (var (name, value) in Numerics)
        {
            start.Environment.TryAdd(name, value);
        }

        return Process.Start(start)!;
    }
}
