using R2ec.Distributed.Core;
using R2ec.Distributed.Node.Client;

namespace R2ec.Distributed.Node.Commands;

/// <summary>The last line of defence: no stack trace reaches a person; the unexpected goes to a file that the message names.</summary>
internal static class Faults
{
    private const int DiskFull = 28;

    /// <summary>Runs a command and answers with its exit code, or with the code of what went wrong.</summary>
    public static async Task<int> GuardAsync(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (InputException fault)
        {
            return Say(fault.Message, ExitCode.Input);
        }
        catch (UnreachableException away)
        {
            return Say(away.Message, ExitCode.Unreachable);
        }
        catch (OperationCanceledException)
        {
            return Say("Interrupted.", ExitCode.Interrupted);
        }
        catch (Exception unexpected)
        {
            return Unexpected(unexpected);
        }
    }

    /// <summary>One line for what nobody foresaw.</summary>
    private static int Unexpected(Exception unexpected)
    {
        var root = unexpected is AggregateException many ? many.Flatten().InnerExceptions[0] : unexpected;
        for (var at = root; at is not null; at = at.InnerException)
        {
            switch (at)
            {
                case InputException fault:
                    return Say(fault.Message, ExitCode.Input);
                case IOException { HResult: var code } full when (code & 0xFFFF) == DiskFull || full.Message.Contains("No space left", StringComparison.OrdinalIgnoreCase):
                    return Say($"The disk is full: {full.Message} Make room; a run goes on with `./r2ec resume RUN`.", ExitCode.Failed);
                case DllNotFoundException or BadImageFormatException:
                    return Say($"A native library cannot be loaded: {FirstLine(at.Message)}. Build again with ./r2ec on this machine; it needs 64-bit Linux with glibc 2.31 or newer.", ExitCode.Failed);
            }
        }

        var file = Path.Combine(Path.GetTempPath(), $"r2ec-fault-{Environment.ProcessId}.log");
        try
        {
            File.WriteAllText(file, unexpected.ToString());
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            file = "nowhere: the temporary folder cannot be written";
        }

        return Say($"Unexpected: {root.GetType().Name}: {FirstLine(root.Message)} The details are in {file}.", ExitCode.Failed);
    }

    private static int Say(string text, int code)
    {
        Console.Error.WriteLine(text);
        return code;
    }

    private static string FirstLine(string text) => text.Split('\n')[0].Trim();
}
