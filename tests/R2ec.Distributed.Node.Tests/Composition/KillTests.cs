using System.Text.Json;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Node.Tests.Commands;
using R2ec.Distributed.Orchestration.Journal;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Testing;

namespace R2ec.Distributed.Node.Tests.Composition;

/// <summary>Real processes, SIGKILL as soon as the journal holds a fact of a kind, then resume: the same weights, the same metrics.</summary>
[Trait("Category", "Slow")]
public sealed class KillTests(KillTests.Undisturbed calm) : IClassFixture<KillTests.Undisturbed>
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);
    private static readonly string Quickstart = Path.Combine(SharedFolder.Repository, "cluster-config", "experiments", "quickstart.yaml");

    [Theory]
    [InlineData(nameof(RunEvents.Started), false)]
    [InlineData(nameof(RunEvents.BaselinesMeasured), false)]
    [InlineData(nameof(RunEvents.WarmStartAdvanced), false)]
    [InlineData(nameof(RunEvents.CheckpointWritten), true)]
    [InlineData(nameof(RunEvents.ReinforcementBegun), false)]
    [InlineData(nameof(RunEvents.ItemTableReady), false)]
    [InlineData(nameof(RunEvents.Evaluated), false)]
    [InlineData(nameof(RunEvents.StepPlanned), false)]
    [InlineData(nameof(RunEvents.GroupCompleted), true)]
    [InlineData(nameof(RunEvents.StepTrained), true)]
    public async Task A_run_killed_after_a_fact_ends_with_the_bits_of_an_undisturbed_one(string kind, bool bare)
    {
        var runs = Directory.CreateTempSubdirectory("r2ec-kill").FullName;
        var folder = new RunFolder(Path.Combine(runs, "hit"), new RunId("hit"));
        using (var process = R2ecProcess.Start(Train("hit", runs)))
        {
            _ = process.StandardOutput.ReadToEndAsync();
            _ = process.StandardError.ReadToEndAsync();
            await UntilAsync(folder, kind, () => process.HasExited);
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        if (bare)
        {
            Directory.Delete(folder.Checkpoints, recursive: true);
            Directory.Delete(folder.Weights, recursive: true);
        }

        var (code, _, error) = await R2ecProcess.RunAsync("resume", "hit", "--runs", runs);

        Assert.True(code == 0, error);
        Assert.Equal(calm.Weights, JournalReader.Summary(folder).Weights?.Hex);
        Assert.Equal(calm.Rows, Timeless(folder));
    }

    private static string[] Train(string name, string runs) =>
    [
        "train", Quickstart, "--runs", runs, "--name", name, "--set", "recpo.steps=6", "--set", "warm_start.steps=50", "--set", "data.users=80", "--set", "recpo.batch_size=8",
        "--set", "recpo.group_size=4", "--set", "evaluation.every=3", "--set", "checkpoints.every=2", "--set", "checkpoints.warm_start_every=25", "--set", "rollout.bundle_groups=4",
    ];

    private static async Task UntilAsync(RunFolder folder, string kind, Func<bool> ended)
    {
        using var beat = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        using var limit = new CancellationTokenSource(Longest);
        while (!ended() && !Facts(folder).Any(f => f.GetType().Name == kind))
        {
            Assert.True(await beat.WaitForNextTickAsync(limit.Token), $"no {kind} within {Longest}");
        }
    }

    private static IReadOnlyList<IRunEvent> Facts(RunFolder folder)
    {
        try
        {
            return JournalReader.Read(folder);
        }
        catch (InputException)
        {
            return [];                                               // the journal is being made
        }
    }

    private static List<string> Timeless(RunFolder folder) => [.. File.ReadLines(folder.Metrics).Select(line =>
        string.Join(';', JsonDocument.Parse(line).RootElement.EnumerateObject()
            .Where(p => p.Name != "at" && !p.Name.StartsWith("time/", StringComparison.Ordinal) && !p.Name.StartsWith("rate/", StringComparison.Ordinal)
                && !p.Name.StartsWith("memory/", StringComparison.Ordinal) && !p.Name.StartsWith("fault/", StringComparison.Ordinal))
            .Select(p => $"{p.Name}={p.Value}")))];

    /// <summary>The run that nobody killed.</summary>
    public sealed class Undisturbed : IAsyncLifetime
    {
        /// <summary>Its weights.</summary>
        public string Weights { get; private set; } = "";

        /// <summary>Its metrics without what a clock decides.</summary>
        public IReadOnlyList<string> Rows { get; private set; } = [];

        /// <inheritdoc/>
        public async ValueTask InitializeAsync()
        {
            var runs = Directory.CreateTempSubdirectory("r2ec-calm").FullName;
            var (code, _, error) = await R2ecProcess.RunAsync(Train("calm", runs));
            Assert.True(code == 0, error);
            var folder = new RunFolder(Path.Combine(runs, "calm"), new RunId("calm"));
            (Weights, Rows) = (JournalReader.Summary(folder).Weights!.Value.Hex, Timeless(folder));
        }

        /// <inheritdoc/>
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
