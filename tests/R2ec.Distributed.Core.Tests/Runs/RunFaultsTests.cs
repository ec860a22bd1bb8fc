using CsCheck;
using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Core.Tests.Runs;

public sealed class RunFaultsTests
{
    private static readonly Dictionary<string, string> Numerics = new() { ["threads"] = "1" };

    [Fact]
    public void An_undisturbed_run_has_no_fault() => Assert.Empty(RunFaults.Of(new RunScript(RunScript.Plan()).Begin().ToTheEnd().Facts));

    [Fact]
    public void A_lost_node_is_told_with_what_followed()
    {
        var facts = InTime(new RunScript(RunScript.Plan()).Begin().ToTheEnd().Facts);
        var first = facts.FindIndex(f => f is RunEvents.GroupCompleted);
        facts.Insert(first, new RunEvents.FaultObserved(RunScript.Run, "rollout-2", "rollout", "no beat for 4.0 s", 3, 4, facts[first].At.AddSeconds(-0.5)));

        var fault = Assert.Single(RunFaults.Of(facts));

        Assert.Equal(("rollout-2", "rollout", "no beat for 4.0 s", 3, 4.0, 0.5, true), (fault.Node, fault.Role, fault.Evidence, fault.LeasesReturned, fault.DetectSeconds!.Value, fault.ReleaseSeconds!.Value, fault.BitsVerified));
        Assert.Equal(3.5, fault.CatchUpSeconds);
    }

    [Fact]
    public void A_fault_that_nothing_follows_is_not_caught_up_with()
    {
        var fault = Assert.Single(RunFaults.Of([new RunEvents.FaultObserved(RunScript.Run, "rollout-2", "rollout", "no beat", 1, 4, RunScript.Now)]));

        Assert.Null(fault.ReleaseSeconds);
        Assert.Null(fault.CatchUpSeconds);
        Assert.False(fault.BitsVerified);
    }

    [Fact]
    public void A_life_that_begins_while_another_has_not_ended_is_a_fault()
    {
        var script = new RunScript(RunScript.Plan()).Begin();
        script.ToTheEnd(mostOrders: 11);
        script.Tell(new RunCommands.Resume(Numerics, false));
        script.ToTheEnd();

        var fault = Assert.Single(RunFaults.Of(InTime(script.Facts)));

        Assert.Equal(("coordinator", "epoch 2 began while epoch 1 was running", 1.0, true), (fault.Role, fault.Evidence, fault.DetectSeconds!.Value, fault.BitsVerified));
        Assert.NotNull(fault.CatchUpSeconds);
    }

    [Fact]
    public void Lives_after_an_ordered_end_are_no_faults_and_all_others_are() => Gen.Int[0, 4].Array[0, 8].Sample(ends =>
    {
        var script = new RunScript(RunScript.Plan()).Begin();
        foreach (var end in ends)
        {
            script.ToTheEnd(mostOrders: script.Orders.Count + 1);
            if (end > 0)
            {
                script.Tell(end switch { 1 => new RunCommands.Interrupt(), 2 => new RunCommands.Pause("why"), _ => new RunCommands.Fail("why") });
            }

            script.Tell(new RunCommands.Resume(Numerics, false));
        }

        Assert.Equal(ends.Count(end => end == 0), RunFaults.Of(script.Facts).Count);
    });

    // The script's facts all have one time: here each follows a second after the one before.
    private static List<IRunEvent> InTime(IReadOnlyList<IRunEvent> facts) => [.. facts.Select((fact, second) => Later(fact, second))];

    private static IRunEvent Later(IRunEvent fact, int seconds)
    {
        var type = fact.GetType();
        var constructor = type.GetConstructors().OrderByDescending(c => c.GetParameters().Length).First();
        return (IRunEvent)constructor.Invoke([.. constructor.GetParameters().Select(p => p.Name == "At" ? fact.At.AddSeconds(seconds) : type.GetProperty(p.Name!)!.GetValue(fact))]);
    }
}
