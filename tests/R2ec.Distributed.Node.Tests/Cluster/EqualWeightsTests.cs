using System.Text.Json;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Node.Tests.Commands;
using R2ec.Distributed.Orchestration.Journal;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Testing;

namespace R2ec.Distributed.Node.Tests.Cluster;

/// <summary>Real clusters of different sizes and the program alone, on the same small run: how many processes generate and compute gradients changes no bit.</summary>
[Trait("Category", "Slow")]
public sealed class EqualWeightsTests(EqualWeightsTests.Alone alone) : IClassFixture<EqualWeightsTests.Alone>
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);
    private static readonly string Quickstart = Path.Combine(SharedFolder.Repository, "cluster-config", "experiments", "quickstart.yaml");

    [Theory]
    [InlineData("sync", 1, 1)]
    [InlineData("sync", 2, 2)]
    [InlineData("sync", 4, 3)]
    [InlineData("one-step-off", 4, 3)]
    public async Task Any_number_of_rollout_and_learner_processes_makes_the_weights_of_one_process(string mode, int rollout, int learner)
    {
        PostgresForTests.SkipUnlessInstalled();
        var folder = Directory.CreateTempSubdirectory("r2ec-equal-");
        File.SetUnixFileMode(folder.FullName, (UnixFileMode)Convert.ToInt32("755", 8));
        var cluster = Path.Combine(folder.FullName, "cluster");
        try
        {
            await DoneAsync("cluster", "up", "--dir", cluster, "--coordinators", "1", "--rollout", $"{rollout}", "--learner", $"{learner}");
            await DoneAsync(["submit", Quickstart, "--name", "equal", "--cluster", cluster, .. Sets, "--set", $"recpo.mode={mode}"]);

            var ended = await EndedAsync(cluster);

            Assert.Equal(("Completed", alone.Weights[mode]), (Text(ended, "state"), Text(ended, "weights")));
        }
        finally
        {
            await R2ecProcess.RunAsync("cluster", "down", "--dir", cluster);
            folder.Delete(recursive: true);
        }
    }

    private static string[] Sets { get; } =
    [
        .. ((string[])["recpo.steps=3", "warm_start.steps=20", "data.users=80", "recpo.batch_size=8", "recpo.group_size=4", "evaluation.every=3", "evaluation.samples=16", "checkpoints.every=2",
            "rollout.bundle_groups=2", "learning.shards=6"]).SelectMany(set => (string[])["--set", set]),
    ];

    private static async Task<JsonElement> EndedAsync(string cluster)
    {
        using var beat = new PeriodicTimer(TimeSpan.FromSeconds(1));
        using var limit = new CancellationTokenSource(Longest);
        var last = "";
        while (await beat.WaitForNextTickAsync(limit.Token))
        {
            var (code, output, error) = await R2ecProcess.RunAsync("show", "equal", "--cluster", cluster, "--json");
            last = code == 0 ? output : error;
            if (code == 0 && JsonDocument.Parse(output).RootElement is var run && Text(run, "state") is "Completed" or "Failed" or "Paused" or "Stopped")
            {
                return run;
            }
        }

        throw new TimeoutException(last);
    }

    private static string Text(JsonElement run, string name) => run.GetProperty(name).GetString() ?? "";

    private static async Task DoneAsync(params string[] args)
    {
        var (code, output, error) = await R2ecProcess.RunAsync(args);
        Assert.True(code == 0, $"{string.Join(' ', args)}: {output}{error}");
    }

    /// <summary>The run in one process, in each mode.</summary>
    public sealed class Alone : IAsyncLifetime
    {
        /// <summary>Its weights by mode.</summary>
        public Dictionary<string, string> Weights { get; } = [];

        /// <inheritdoc/>
        public async ValueTask InitializeAsync()
        {
            var runs = Directory.CreateTempSubdirectory("r2ec-alone-");
            foreach (var mode in (string[])["sync", "one-step-off"])
            {
                await DoneAsync(["train", Quickstart, "--runs", runs.FullName, "--name", mode, .. Sets, "--set", $"recpo.mode={mode}"]);
                Weights[mode] = JournalReader.Summary(new RunFolder(Path.Combine(runs.FullName, mode), new RunId(mode))).Weights!.Value.Hex;
            }

            runs.Delete(recursive: true);
            Assert.NotEqual(Weights["sync"], Weights["one-step-off"]);
        }

        /// <inheritdoc/>
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
