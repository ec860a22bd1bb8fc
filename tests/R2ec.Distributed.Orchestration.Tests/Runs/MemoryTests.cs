using Microsoft.Extensions.Logging.Abstractions;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Core.Spec.Sections;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Tests.World;

namespace R2ec.Distributed.Orchestration.Tests.Runs;

/// <summary>What a run's actors hold while very many groups go through them, with engines that cost nothing and a journal on the disk.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
[Collection(nameof(MemoryTests))]
public sealed class MemoryTests
{
    private const int Batch = 64, FirstStep = 10_000 / Batch, LastStep = 100_000 / Batch;

    // A run keeps 32 bytes of each group, the digest that a replay and a sweep need, and some hundred of each step: 90,000 groups and 1,400 steps are 4 MB.
    private const double AllowedGrowthBytes = 8e6;

    [Fact]
    [Trait("Category", "Slow")]
    public async Task A_run_of_100_000_groups_takes_little_more_memory_than_one_of_10_000()
    {
        var spec = RunWorld.Small(steps: LastStep);
        using var world = new RunWorld
        {
            Book = new FakeBook(train: 512),
            Spec = spec with
            {
                WarmStart = new WarmStartSpec { Steps = 0 },
                Recpo = spec.Recpo with { Batch = Batch, RefreshEvery = 200 },
                Rollout = spec.Rollout with { BundleGroups = 16 },
                Learning = new LearningSpec { Shards = 1, NormsEvery = 0 },
                Evaluation = spec.Evaluation with { Every = 1000 },
                Checkpoints = spec.Checkpoints with { Every = 50 },
            },
        };
        var heap = new Dictionary<int, long>();
        var options = world.Options(world.Create()) with
        {
            Logs = NullLoggerFactory.Instance,
            Work = new WorkOptions(),
            Observer = fact =>
            {
                if (fact is RunEvents.StepTrained { Step: FirstStep or LastStep } trained)
                {
                    heap[trained.Step] = GC.GetTotalMemory(forceFullCollection: true);
                }
            },
        };
        await using var host = await RunHost.StartAsync(options, TestContext.Current.CancellationToken);

        var outcome = await host.Completion.WaitAsync(TimeSpan.FromMinutes(15), TestContext.Current.CancellationToken);

        Assert.Equal((RunPhase.Completed, LastStep), (outcome.Phase, outcome.Step));
        var growth = heap[LastStep] - heap[FirstStep];
        TestContext.Current.TestOutputHelper?.WriteLine($"{heap[FirstStep] / 1e6:F1} MB after 10,000 groups, {heap[LastStep] / 1e6:F1} MB after 100,000");
        Assert.True(growth < AllowedGrowthBytes, $"{growth / 1e6:F1} MB more after 100,000 groups than after 10,000");
    }
}
