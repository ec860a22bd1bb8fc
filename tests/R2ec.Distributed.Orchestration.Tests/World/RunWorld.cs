using Microsoft.Extensions.Logging;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Core.Spec.Sections;
using R2ec.Distributed.Orchestration.Rewards;
using R2ec.Distributed.Orchestration.Runs;

namespace R2ec.Distributed.Orchestration.Tests.World;

/// <summary>A folder of runs that ends with the test, and runs of fake engines in it.</summary>
internal sealed class RunWorld : IDisposable
{
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    internal string Runs { get; } = Directory.CreateTempSubdirectory("r2ec-runs-").FullName;

    internal ExperimentSpec Spec { get; init; } = Small();

    internal IPromptBook Book { get; init; } = new FakeBook();

    internal List<IRunEvent> Facts { get; } = [];

    internal List<string> Log { get; } = [];

    internal Action<IRunEvent>? OnFact { get; set; }

    internal Func<Task>? BeforeRollout { get; set; }

    internal Action<PolicyVersion>? Staged { get; set; }

    internal Func<int, double>? Drift { get; set; }

    internal int Workers { get; init; } = 1;

    internal RewardSources Rewards { get; init; } = new();

    internal static ExperimentSpec Small(int steps = 4, string mode = "sync") => new()
    {
        Seed = 5,
        WarmStart = new WarmStartSpec { Steps = 30 },
        Recpo = new RecPoSpec { Steps = steps, Batch = 5, GroupSize = 2, Mode = mode },
        Rollout = new RolloutSpec { BundleGroups = 3, BundleItems = 4 },
        Evaluation = new EvaluationSpec { Every = 2, BundleUsers = 4, BootstrapDraws = 100 },
        Checkpoints = new CheckpointSpec { Every = 3, WarmStartEvery = 20, Keep = 2 },
        Learning = new LearningSpec { Shards = 3, NormsEvery = 0 },
    };

    internal RunFolder Create(string name = "small") => RunFolder.Create(Runs, RunId.Parse(name), "seed: 5\n", "seed: 5\n");

    internal RunHostOptions Options(RunFolder folder) => new()
    {
        Folder = folder,
        SpecYaml = "seed: 5\n",
        Spec = Spec,
        Data = Digest.Of("data"u8),
        Tokenizer = Digest.Of("tokenizer"u8),
        Numerics = new Dictionary<string, string> { ["threads"] = "1" },
        Book = Book,
        Baselines = new FakeBaselines(),
        RolloutEngines = [.. Enumerable.Range(0, Workers).Select(_ => new Func<IRolloutEngine>(() => new FakeRolloutEngine(Spec.Recpo.GroupSize, BeforeRollout, version => Staged?.Invoke(version))))],
        GradientEngines = [.. Enumerable.Range(0, Workers).Select(_ => new Func<IGradientEngine>(() => new FakeGradientEngine()))],
        Rewards = Rewards,
        Work = new WorkOptions { SnapshotEvents = 5 },
        LearnerEngine = () => new FakeLearnerEngine((ulong)Spec.Seed, Drift),
        Logs = LoggerFactory.Create(logs => logs.AddProvider(new ListLogs(Log)).SetMinimumLevel(LogLevel.Information)),
        Observer = fact =>
        {
            Facts.Add(fact);
            OnFact?.Invoke(fact);
        },
    };

    internal async Task<RunOutcome> RunAsync(RunFolder folder)
    {
        var began = System.Diagnostics.Stopwatch.StartNew();
        await using var host = await RunHost.StartAsync(Options(folder), TestContext.Current.CancellationToken);
        Note($"started {began.ElapsedMilliseconds} ms");
        try
        {
            return await host.Completion.WaitAsync(Limit, TestContext.Current.CancellationToken);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Run {folder.Run} stands after {string.Join(", ", Facts.TakeLast(3).Select(fact => fact.GetType().Name))}. Log: {string.Join('\n', Log.TakeLast(10))}");
        }
    }

    internal void Note(string text)
    {
        lock (Log)
        {
            Log.Add($"{DateTime.Now:ss.fff} {text}");
        }
    }

    /// <summary>metrics.jsonl without what a clock, a machine or a fault decides.</summary>
    internal static IReadOnlyList<string> Timeless(RunFolder folder) =>
    [
        .. File.ReadAllLines(folder.Metrics).Select(line => string.Join(", ", System.Text.Json.JsonDocument.Parse(line).RootElement.EnumerateObject()
            .Where(p => p.Name != "at" && !p.Name.StartsWith("time/", StringComparison.Ordinal) && !p.Name.StartsWith("rate/", StringComparison.Ordinal) && !p.Name.StartsWith("memory/", StringComparison.Ordinal))
            .Select(p => $"{p.Name}={p.Value.GetRawText()}"))),
    ];

    public void Dispose() => Directory.Delete(Runs, recursive: true);

    private sealed class ListLogs(List<string> into) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (into)
            {
                into.Add($"{DateTime.Now:ss.fff} {logLevel}: {formatter(state, exception)} {exception}");
            }
        }

        public void Dispose()
        {
        }
    }
}
