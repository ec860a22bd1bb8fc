using System.Diagnostics;
using R2ec.Distributed.Testing;

namespace R2ec.Distributed.Node.Tests.Commands;

public sealed class LauncherTests
{
    private static readonly string Launcher = Path.Combine(SharedFolder.Repository, "r2ec");

    [Theory]
    [InlineData("MKL_CBWR")]
    [InlineData("OMP_NUM_THREADS")]
    [InlineData("OMP_WAIT_POLICY")]
    public void The_launcher_sets_what_fixes_the_bits(string name) => Assert.Contains($"{name}=${{{name}:-", File.ReadAllText(Launcher), StringComparison.Ordinal);

    [Theory]
    [InlineData("r2ec")]
    [InlineData("test.sh")]
    [InlineData(".ci/run")]
    public void Scripts_can_be_executed_and_are_bash_that_parses(string script)
    {
        var path = Path.Combine(SharedFolder.Repository, script);
        using var check = Process.Start("bash", ["-n", path])!;
        check.WaitForExit();

        Assert.Equal(0, check.ExitCode);
        Assert.True(OperatingSystem.IsWindows() || File.GetUnixFileMode(path).HasFlag(UnixFileMode.UserExecute), script);
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task The_launcher_works_from_any_folder_with_closed_input()
    {
        var start = new ProcessStartInfo(Launcher, ["--version"]) { WorkingDirectory = Path.GetTempPath(), RedirectStandardInput = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal(0, process.ExitCode);
        Assert.StartsWith("0.", output, StringComparison.Ordinal);
    }
}
