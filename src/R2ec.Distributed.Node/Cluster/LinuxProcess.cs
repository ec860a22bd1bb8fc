using System.Globalization;
using System.Runtime.InteropServices;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>Processes as Linux shows them: whether the one that was meant lives, which one runs a node, and signals to it.</summary>
internal static partial class LinuxProcess
{
    /// <summary>Ends orderly.</summary>
    public const int Terminate = 15;

    /// <summary>Ends at once.</summary>
    public const int Kill = 9;

    /// <summary>Goes on after it was frozen.</summary>
    public const int Continue = 18;

    private const int SetDescriptorFlags = 2;
    private const int CloseOnExec = 1;

    /// <summary>When a process began, in ticks since boot; null where none has that number or it only waits to be buried.</summary>
    public static long? StartedTicks(int pid)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{pid}/stat");
            var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');     // the name in parentheses may hold anything
            return fields[0] is "Z" or "X" ? null : long.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Whether the process that began then still lives.</summary>
    public static bool Lives(int pid, long ticks) => pid > 0 && StartedTicks(pid) == ticks;

    /// <summary>Sends a signal, if the process is still the one that began then.</summary>
    public static void Signal(int pid, long ticks, int signal)
    {
        if (Lives(pid, ticks))
        {
            _ = SendSignal(pid, signal);
        }
    }

    /// <summary>The processes whose command line holds these words next to each other.</summary>
    public static IEnumerable<int> Running(params string[] words)
    {
        var wanted = "\0" + string.Concat(words.Select(w => w + "\0"));
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && CommandLine(folder).Contains(wanted, StringComparison.Ordinal))
            {
                yield return pid;
            }
        }
    }

    /// <summary>Lets no process that is started from here hold a descriptor that this one was given, other than 0, 1 and 2.</summary>
    public static void KeepDescriptors()
    {
        foreach (var path in Directory.EnumerateFileSystemEntries("/proc/self/fd"))
        {
            if (int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var descriptor) && descriptor > 2)
            {
                _ = DescriptorControl(descriptor, SetDescriptorFlags, CloseOnExec);
            }
        }
    }

    private static string CommandLine(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "cmdline"));
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int DescriptorControl(int descriptor, int command, int value);
}
