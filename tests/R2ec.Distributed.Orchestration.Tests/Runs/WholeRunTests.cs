using R2ec.Distributed.Core.Runs;
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

        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        var outcome = await world.RunAsync(folder);
        TestContext.Current.SendDiagnosticMessage($"whole run: {System.Diagnostics.Stopwatch.GetElapsedTime(began)}");

        Assert.Equal(RunPhase.Completed, outcome.Phase);
        Assert.Equal((4, 4), (outcome.Step, outcome.Steps));
        Assert.Equal(4, world.Facts.Count(fact => fact is RunEvents.StepPlanned));
        Assert.Equal(4 * 5, world.Facts.Count(fact => fact is RunEvents.GroupCompleted));
        Assert.Equal(4, world.Facts.Count(fact => fact is RunEvents.StepTrained));
        Assert.Equal(["First", "Interim", "Last"], world.Facts.OfType<RunEvents.Evaluated>().Select(fact => fact.Kind.ToString()));
    }
}
