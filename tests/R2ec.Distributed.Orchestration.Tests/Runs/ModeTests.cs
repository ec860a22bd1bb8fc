using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Journal;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Tests.World;
using R2ec.Distributed.Testing;

namespace R2ec.Distributed.Orchestration.Tests.Runs;

/// <summary>Runs that plan ahead, with the production actors on engines of a few numbers.</summary>
public sealed class ModeTests
{
    [Fact]
    public async Task One_step_off_makes_the_same_weights_with_any_number_of_workers_and_a_replay_proves_them()
    {
        using var one = new RunWorld { Spec = RunWorld.Small(steps: 6, "one-step-off") };
        using var three = new RunWorld { Spec = RunWorld.Small(steps: 6, "one-step-off"), Workers = 3 };
        using var sync = new RunWorld { Spec = RunWorld.Small(steps: 6) };
        var folder = one.Create();

        var alone = await one.RunAsync(folder);
        var together = await three.RunAsync(three.Create());
        var inTurn = await sync.RunAsync(sync.Create());

        Assert.Equal(RunPhase.Completed, alone.Phase);
        Assert.Equal(alone.Weights, together.Weights);
        Assert.NotEqual(alone.Weights, inTurn.Weights);
        Assert.Equal((true, alone.Weights), await ProvedAsync(one, folder));
        Assert.True(RunAudit.Of(JournalReader.Read(folder)).IsClean);
        Assert.Equal([0d, 1, 1, 1, 1, 1], Trained(one, "staleness/mean"));
        Assert.Equal(Documented().Order(), Names(one).Except(Names(sync)).Order());
    }

    [Fact]
    public async Task In_one_step_off_a_step_is_trained_while_the_rollouts_of_the_next_one_are_made()
    {
        using var begun = new ManualResetEventSlim();
        var bundles = 0;
        using var world = new RunWorld
        {
            Spec = RunWorld.Small(steps: 2, "one-step-off"),
            BeforeRollout = () =>
            {
                // A step has two bundles: the third is the next step's.
                if (Interlocked.Increment(ref bundles) == 3)
                {
                    begun.Set();
                }

                return Task.CompletedTask;
            },
        };
        world.Drift = step => step != 1 || begun.Wait(RunWorld.Limit) ? 0 : throw new TimeoutException("step 1 was trained, and no rollout of step 2 began");

        Assert.Equal(RunPhase.Completed, (await world.RunAsync(world.Create())).Phase);
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(3, 4)]
    [InlineData(4, 2)]
    public async Task One_step_off_that_was_interrupted_goes_on_to_the_same_weights(int step, int group)
    {
        using var whole = new RunWorld { Spec = RunWorld.Small(steps: 6, "one-step-off") };
        var undisturbed = await whole.RunAsync(whole.Create());
        using var world = new RunWorld { Spec = RunWorld.Small(steps: 6, "one-step-off"), Workers = 2 };
        var folder = world.Create();
        await WholeRunTests.StopAfterAsync(world, folder, fact => fact is RunEvents.GroupCompleted completed && completed.Group == new GroupId(step, group));

        var resumed = await world.RunAsync(folder);

        Assert.Equal(RunPhase.Completed, resumed.Phase);
        Assert.Equal(undisturbed.Weights, resumed.Weights);
        Assert.Equal((true, resumed.Weights), await ProvedAsync(world, folder));
    }

    [Fact]
    public async Task An_async_run_trains_to_its_end_within_its_bound_and_a_replay_proves_it()
    {
        using var world = new RunWorld { Spec = Async(8, 2), Workers = 2 };
        var folder = world.Create();

        var outcome = await world.RunAsync(folder);

        Assert.Equal((RunPhase.Completed, 8), (outcome.Phase, outcome.Step));
        var audit = RunAudit.Of(JournalReader.Read(folder));
        Assert.True(audit.IsClean, string.Join("; ", audit.Findings));
        Assert.Equal((40, 0, 0), (audit.Trained, audit.Open, audit.Dropped));
        Assert.Equal((true, outcome.Weights), await ProvedAsync(world, folder));
        Assert.All(Trained(world, "staleness/max"), age => Assert.InRange(age, 0, 2));
    }

    [Fact]
    public async Task An_async_run_that_was_interrupted_goes_on_and_a_replay_proves_both_parts()
    {
        using var world = new RunWorld { Spec = Async(6, 3) };
        var folder = world.Create();
        await WholeRunTests.StopAfterAsync(world, folder, fact => fact is RunEvents.StepAssembled { Step: 3 });

        var outcome = await world.RunAsync(folder);

        Assert.Equal((RunPhase.Completed, 6), (outcome.Phase, outcome.Step));
        Assert.True(RunAudit.Of(JournalReader.Read(folder)).IsClean);
        Assert.Equal((true, outcome.Weights), await ProvedAsync(world, folder));
    }

    [Fact]
    public async Task Chains_go_over_to_a_version_that_is_published_while_they_are_written_and_a_replay_proves_the_run()
    {
        using var world = Partial(out var wentOver);
        var folder = world.Create();

        var outcome = await world.RunAsync(folder);

        Assert.Equal((RunPhase.Completed, 8), (outcome.Phase, outcome.Step));
        var partial = world.Facts.OfType<RunEvents.GroupCompleted>().Where(fact => fact.Newest > fact.Oldest).ToArray();
        Assert.NotEmpty(partial);
        Assert.True(wentOver());
        Assert.Contains(Trained(world, "rollout/partial_fraction"), share => share > 0);
        Assert.Contains(Trained(world, "rollout/version_gain"), gain => gain > 0);
        Assert.All(Trained(world, "staleness/max"), age => Assert.InRange(age, 0, 2));
        var audit = RunAudit.Of(JournalReader.Read(folder));
        Assert.True(audit.IsClean, string.Join("; ", audit.Findings));
        Assert.Equal((true, outcome.Weights), await ProvedAsync(world, folder));
        Assert.Equal(Documented("train with recpo.partial_rollouts").Order(), Names(world).Where(name => name.StartsWith("rollout/part", StringComparison.Ordinal) || name.StartsWith("rollout/version", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public async Task A_run_whose_chains_go_over_that_was_interrupted_goes_on_and_a_replay_proves_both_parts()
    {
        using var world = Partial(out _);
        var folder = world.Create();
        await WholeRunTests.StopAfterAsync(world, folder, fact => fact is RunEvents.GroupCompleted { Newest: not null });

        var outcome = await world.RunAsync(folder);

        Assert.Equal((RunPhase.Completed, 8), (outcome.Phase, outcome.Step));
        Assert.True(RunAudit.Of(JournalReader.Read(folder)).IsClean);
        Assert.Equal((true, outcome.Weights), await ProvedAsync(world, folder));
    }

    [Fact]
    public async Task Bundles_whose_budget_is_spent_are_dropped_and_an_async_run_goes_on()
    {
        // Bundles fail until the budget of one of them is spent: a worker goes on with what it has fetched ahead, so that they fail in turn.
        var isHot = true;
        using var world = new RunWorld { Spec = Async(6, 2), BeforeRollout = () => isHot ? throw new InvalidOperationException("the device is hot") : Task.CompletedTask };
        world.OnFact = fact => isHot &= fact is not RunEvents.GroupsDropped;
        var folder = world.Create();

        var outcome = await world.RunAsync(folder);

        Assert.Equal((RunPhase.Completed, 6), (outcome.Phase, outcome.Step));
        var dropped = world.Facts.OfType<RunEvents.GroupsDropped>().First();
        Assert.Equal(DropRule.Failed, dropped.Rule);
        Assert.Contains("the device is hot", dropped.Reason, StringComparison.Ordinal);
        Assert.True(RunAudit.Of(JournalReader.Read(folder)).IsClean);
    }

    private static Core.Spec.ExperimentSpec Async(int steps, int bound)
    {
        var spec = RunWorld.Small(steps, "async");
        return spec with { Recpo = spec.Recpo with { MaxStaleness = bound } };
    }

    // From step 2 on one bundle waits behind its first token until a later version is staged: the plans beside it make that come.
    private static RunWorld Partial(out Func<bool> wentOver)
    {
        var spec = Async(8, 2);
        var world = new RunWorld { Spec = spec with { Recpo = spec.Recpo with { PartialRollouts = true } }, Workers = 2 };
        var waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var (isHeld, isStaged) = (0, false);
        world.OnFact = fact => isHeld = fact is RunEvents.StepTrained { Step: 1 } ? 1 : isHeld;
        world.BeforeRollout = () => Interlocked.CompareExchange(ref isHeld, 2, 1) == 1 ? waiting.Task.WaitAsync(RunWorld.Limit) : Task.CompletedTask;
        world.Staged = _ =>
        {
            if (Volatile.Read(ref isHeld) == 2)
            {
                isStaged = true;
                waiting.TrySetResult();
            }
        };
        wentOver = () => isStaged;
        return world;
    }

    private static async Task<(bool, Digest?)> ProvedAsync(RunWorld world, RunFolder folder)
    {
        var report = await ReplayTests.ReplayAsync(world, folder, 0);
        return (report.IsProved, report.Weights);
    }

    private static IEnumerable<string> Names(RunWorld world) => world.Facts.OfType<RunEvents.StepTrained>().SelectMany(trained => trained.Metrics).Select(metric => metric.Name).Distinct();

    private static IEnumerable<string> Documented(string heading = "train in one-step-off and async")
    {
        var page = File.ReadAllText(Path.Combine(SharedFolder.Repository, "docs", "metrics.md"));
        var section = page[page.IndexOf($"## {heading}\n", StringComparison.Ordinal)..];
        section = section[..section.IndexOf("\n## ", StringComparison.Ordinal)];
        return section.Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal)).Select(line => line.Split('`')[1]);
    }

    private static IEnumerable<double> Trained(RunWorld world, string name) =>
        world.Facts.OfType<RunEvents.StepTrained>().Select(trained => trained.Metrics.Single(metric => metric.Name == name).Value);
}
