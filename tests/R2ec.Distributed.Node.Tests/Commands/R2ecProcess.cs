using System.Diagnostics;

namespace R2ec.Distributed.Node.Tests.Commands;

/// <summary>The program as a process of its own.</summary>
internal static class R2ecProcess
{
    /// <summary>Starts it with closed input, its output taken in.</summary>
    public static Process Start(params string[] args)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "r2ec"), args) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var (name, value) in new[] { ("MKL_CBWR", "AVX2,STRICT"), ("OMP_NUM_THREADS", "1"), ("OMP_WAIT_POLICY", "PASSIVE") })
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int Code, string Out, string Error)> RunAsync(params string[] args)
    {
        using var process = Start(args);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await error);
    }
}
