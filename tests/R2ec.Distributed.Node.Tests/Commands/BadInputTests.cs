using R2ec.Distributed.Testing;

namespace R2ec.Distributed.Node.Tests.Commands;

/// <summary>What a person sees when something is wrong: one clear message, the right exit code, never a stack trace.</summary>
public sealed class BadInputTests
{
    private static readonly string Quickstart = Path.Combine(SharedFolder.Repository, "cluster-config", "experiments", "quickstart.yaml");

    [Theory]
    [InlineData(2, "train", "trian")]
    [InlineData(2, "spec check", "spec", "chek", "x.yaml")]
    [InlineData(2, "SPEC", "train")]
    [InlineData(2, "--fast", "runs", "list", "--fast")]
    [InlineData(3, "nothing.yaml", "train", "nothing.yaml")]
    [InlineData(3, "nobody", "resume", "nobody", "--runs", "/nowhere")]
    [InlineData(3, "name", "runs", "show", "../escape")]
    [InlineData(3, "nothing.gz", "prepare", "--format", "amazon", "--interactions", "nothing.gz", "--items", "nothing.gz", "--out", "/tmp/never")]
    public async Task A_wrong_command_line_says_what_is_wrong(int code, string said, params string[] args)
    {
        var (ended, output, error) = await R2ecProcess.RunAsync(args);

        Assert.Equal(code, ended);
        Assert.Contains(said, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output + error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("recpo.stepz=3", "recpo.steps")]
    [InlineData("recpo.learning_rate=0", "recpo.learning_rate")]
    [InlineData("recpo.learning_rate=.nan", "finite")]
    [InlineData("recpo.group_size=1", "recpo.group_size")]
    public async Task A_wrong_override_is_found_before_a_run_appears(string set, string said)
    {
        var runs = Directory.CreateTempSubdirectory("r2ec-bad").FullName;

        var (code, output, error) = await R2ecProcess.RunAsync("train", Quickstart, "--runs", runs, "--set", set);

        Assert.Equal(3, code);
        Assert.Contains(said, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output + error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(runs));
    }

    [Fact]
    public async Task Faults_come_as_JSON_for_scripts()
    {
        var (code, output, _) = await R2ecProcess.RunAsync("spec", "check", Quickstart, "--json", "--set", "sede=1");

        Assert.Equal(3, code);
        Assert.Equal("sede", System.Text.Json.JsonDocument.Parse(output).RootElement.GetProperty("faults")[0].GetProperty("key").GetString());
    }

    [Fact]
    public async Task Every_command_has_help_with_examples_and_exit_codes()
    {
        foreach (var verb in (string[])["train", "resume", "replay", "prepare", "evaluate", "export", "runs", "spec", "model"])
        {
            var (code, output, _) = await R2ecProcess.RunAsync(verb, "--help");

            Assert.Equal(0, code);
            Assert.Contains("Exit codes", output, StringComparison.Ordinal);
            Assert.Contains($"r2ec {verb}", output, StringComparison.Ordinal);
        }
    }
}
