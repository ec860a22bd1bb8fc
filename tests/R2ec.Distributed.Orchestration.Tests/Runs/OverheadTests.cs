using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Core.Spec.Sections;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Tests.World;

namespace R2ec.Distributed.Orchestration.Tests.Runs;

public sealed class OverheadTests
{
    [Fact(Explicit = true)]
    public async Task Measure_what_a_step_of_32_groups_costs_beside_its_tensors()
    {
        var spec = RunWorld.Small(steps: 60);
        using var world = new RunWorld
        {
            Book = new FakeBook(train: 64, items: 100),
            Spec = spec with
            {
                Recpo = spec.Recpo with { Batch = 32, GroupSize = 4 },
                Rollout = spec.Rollout with { BundleGroups = 8, BundleItems = 64 },
                Learning = new LearningSpec { Shards = 4, NormsEvery = 0 },
                Evaluation = spec.Evaluation with { Every = 1000 },
                Checkpoints = spec.Checkpoints with { Every = 1000 },
            },
        };
        await world.RunAsync(world.Create("warm-up"));
        world.Facts.Clear();

        await using (var host = await RunHost.StartAsync(world.Options(world.Create("cold")), TestContext.Current.CancellationToken))
        {
            await host.Completion.WaitAsync(RunWorld.Limit, TestContext.Current.CancellationToken);
        }

        foreach (var name in new[] { "time/step_s", "time/rollout_s", "time/train_s", "time/journal_s" })
        {
            var values = world.Facts.OfType<RunEvents.StepTrained>().SelectMany(fact => fact.Metrics).Where(metric => metric.Name == name).Select(metric => 1000 * metric.Value).Order().ToArray();
            TestContext.Current.TestOutputHelper?.WriteLine($"{name}: median {values[values.Length / 2]:F1} ms, 90th percentile {values[values.Length * 9 / 10]:F1} ms of {values.Length} steps");
        }
    }
}
