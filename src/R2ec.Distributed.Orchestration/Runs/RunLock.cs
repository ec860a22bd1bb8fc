using System.Globalization;
using R2ec.Distributed.Core;

namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>
/// One process per run: an flock on the run's <c>lock</c> file, which ends with the process however it dies. Who holds it stands beside it, since a locked file cannot be read.
/// </summary>
public sealed class RunLock : IDisposable
{
    private readonly FileStream _held;

    private RunLock(FileStream held) => _held = held;

    /// <summary>Takes the run.</summary>
    /// <exception cref="InputException">Another process holds it; the message names it.</exception>
    public static RunLock Take(RunFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        FileStream held;
        try
        {
            held = Open(folder);
        }
        catch (IOException) when (IsHeld(folder))
        {
            throw new InputException($"Run '{folder.Run}' is being worked on by process {Holder(folder)}. Wait for it, or end it (Ctrl-C drains), and then go on with 'r2ec resume {folder.Run}'.");
        }

        File.WriteAllText(HolderPath(folder), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        return new RunLock(held);
    }

    /// <summary>Whether a process works on the run.</summary>
    public static bool IsHeld(RunFolder folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (!File.Exists(LockPath(folder)))
        {
            return false;
        }

        try
        {
            Open(folder).Dispose();
            return false;
        }
        catch (IOException)
        {
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _held.Dispose();

    private static FileStream Open(RunFolder folder) => new(LockPath(folder), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

    private static string Holder(RunFolder folder) => File.Exists(HolderPath(folder)) ? File.ReadAllText(HolderPath(folder)).Trim() : "of unknown number";

    private static string LockPath(RunFolder folder) => Path.Combine(folder.Path, "lock");

    private static string HolderPath(RunFolder folder) => Path.Combine(folder.Path, "lock.pid");
}
