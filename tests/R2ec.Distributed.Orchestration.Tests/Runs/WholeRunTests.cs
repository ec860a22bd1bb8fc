using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Journal;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Tests.World;

namespace R2ec.Distributed.Orchestration.Tests.Runs;

public sealed class WholeRunTests
{
    [Fact]
    public async Task A_small_run_goes_from_its_spec_to_its_last_evaluation()
    {
        using var world = new RunWorld();
        var folder = world.Create();

        var outcome = await world.RunAsync(folder);

        Assert.Equal(RunPhase.Completed, outcome.Phase);
        Assert.Equal((4, 4), (outcome.Step, outcome.Steps));
        Assert.Equal(4, world.Facts.Count(fact => fact is RunEvents.StepPlanned));
        Assert.Equal(4 * 5, world.Facts.Count(fact => fact is RunEvents.GroupCompleted));
        Assert.Equal(4, world.Facts.Count(fact => fact is RunEvents.StepTrained));
        Assert.Equal(["First", "Interim", "Last"], world.Facts.OfType<RunEvents.Evaluated>().Select(fact => fact.Kind.ToString()));
        Assert.True(JournalReader.HasFence(folder));
        Assert.Equal(world.Facts.Select(fact => fact.GetType()), JournalReader.Read(folder).Select(fact => fact.GetType()));
        var last = File.ReadAllLines(folder.Metrics)[^1];
        foreach (var name in new[] { "valid/ndcg@10", "valid/hr@10", "valid/ndcg@10/low", "valid/closed_fraction", "valid/length/mean", "test/ndcg@10", "valid/no_chain/ndcg@10", "test/permuted_chain/ndcg@10", "valid/gain/ndcg@10", "test/gain/ndcg@10/low" })
        {
            Assert.Contains($"\"{name}\":", last, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Any_number_of_workers_makes_the_same_weights()
    {
        using var one = new RunWorld();
        using var three = new RunWorld { Workers = 3 };

        var alone = await one.RunAsync(one.Create());
        var together = await three.RunAsync(three.Create());

        Assert.Equal(alone.Weights, together.Weights);
    }

    [Fact]
    public async Task A_completed_run_answers_at_once_and_changes_nothing()
    {
        using var world = new RunWorld();
        var folder = world.Create();
        var first = await world.RunAsync(folder);
        var events = JournalReader.Read(folder).Count;

        var again = await world.RunAsync(folder);

        Assert.True(again.WasComplete);
        Assert.Equal((RunPhase.Completed, first.Weights), (again.Phase, again.Weights));
        Assert.Equal(events, JournalReader.Read(folder).Count);
    }

    [Fact]
    public async Task A_drained_run_is_interrupted_and_goes_on_to_the_same_weights()
    {
        using var whole = new RunWorld();
        var undisturbed = await whole.RunAsync(whole.Create());
        using var world = new RunWorld();
        var folder = world.Create();
        RunHost? host = null;
        world.OnFact = fact =>
        {
            if (fact is RunEvents.StepTrained { Step: 2 })
            {
                host!.Drain();
            }
        };
        await using (host = await RunHost.StartAsync(world.Options(folder), TestContext.Current.CancellationToken))
        {
            Assert.Equal(RunPhase.Interrupted, (await host.Completion.WaitAsync(RunWorld.Limit, TestContext.Current.CancellationToken)).Phase);
        }

        world.OnFact = null;
        var resumed = await world.RunAsync(folder);

        Assert.Equal(RunPhase.Completed, resumed.Phase);
        Assert.Equal(undisturbed.Weights, resumed.Weights);
    }

    [Fact]
    public async Task Work_that_fails_too_often_pauses_the_run_with_its_reason_and_a_resumption_goes_on()
    {
        using var world = new RunWorld { BeforeRollout = () => throw new InvalidOperationException("the device is hot") };
        var folder = world.Create();

        var paused = await world.RunAsync(folder);
        world.BeforeRollout = null;
        var resumed = await world.RunAsync(folder);

        Assert.Equal(RunPhase.Paused, paused.Phase);
        Assert.Contains("the device is hot", paused.Reason, StringComparison.Ordinal);
        Assert.Equal(RunPhase.Completed, resumed.Phase);
    }

    [Fact]
    public async Task Work_that_fails_once_is_done_again()
    {
        var failures = 0;
        using var world = new RunWorld { BeforeRollout = () => Interlocked.Increment(ref failures) == 1 ? throw new InvalidOperationException("once") : Task.CompletedTask };

        Assert.Equal(RunPhase.Completed, (await world.RunAsync(world.Create())).Phase);
    }

    [Fact]
    public async Task A_resumption_on_a_machine_of_other_bits_names_the_step()
    {
        using var world = new RunWorld();
        var folder = world.Create();
        await StopAfterAsync(world, folder, fact => fact is RunEvents.StepTrained { Step: 2 });
        Directory.Delete(folder.Checkpoints, recursive: true);
        world.Drift = step => step == 1 ? 1e-9 : 0;

        var outcome = await world.RunAsync(folder);

        Assert.Equal(RunPhase.Failed, outcome.Phase);
        Assert.Contains("step 1", outcome.Reason, StringComparison.Ordinal);
    }

    internal static async Task StopAfterAsync(RunWorld world, RunFolder folder, Func<IRunEvent, bool> at)
    {
        // The first facts may come before the host is handed out.
        var started = new TaskCompletionSource<RunHost>(TaskCreationOptions.RunContinuationsAsynchronously);
        world.OnFact = fact =>
        {
            if (at(fact))
            {
                _ = started.Task.ContinueWith(host => host.Result.Drain(), TaskScheduler.Default);
            }
        };
        await using (var host = await RunHost.StartAsync(world.Options(folder), TestContext.Current.CancellationToken))
        {
            started.SetResult(host);
            await host.Completion.WaitAsync(RunWorld.Limit, TestContext.Current.CancellationToken);
        }

        world.OnFact = null;
    }
}
