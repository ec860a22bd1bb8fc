using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Core.Tests.Runs;

public sealed class RunQueueTests
{
    private static readonly RunCommands.Submit Submit = new("seed: 1");

    [Fact]
    public void A_submitted_run_is_queued_with_its_spec_and_without_a_plan()
    {
        var script = new RunScript(RunScript.Plan());

        Assert.IsType<RunReply.Accepted>(script.Tell(Submit));

        Assert.Equal((RunPhase.Queued, "seed: 1", null), (script.State.Phase, script.State.Spec, script.State.Plan));
        Assert.IsType<RunOrder.Nothing>(script.State.NextOrder());
    }

    [Fact]
    public void The_same_spec_again_is_the_same_run_and_another_one_is_refused()
    {
        var script = new RunScript(RunScript.Plan());
        script.Tell(Submit);

        Assert.IsType<RunReply.Known>(script.Tell(Submit));
        Assert.Contains("another name", Assert.IsType<RunReply.Refused>(script.Tell(new RunCommands.Submit("seed: 2"))).Reason, StringComparison.Ordinal);
        script.Begin();
        Assert.IsType<RunReply.Known>(script.Tell(Submit));
        script.ToTheEnd();
        Assert.IsType<RunReply.Known>(script.Tell(Submit));
        Assert.Equal(RunPhase.Completed, script.State.Phase);
    }

    [Fact]
    public void A_queued_run_begins_and_ends_like_any_other()
    {
        var script = new RunScript(RunScript.Plan());
        script.Tell(Submit);

        script.Begin().ToTheEnd();

        Assert.Equal(RunPhase.Completed, script.State.Phase);
    }

    [Theory]
    [InlineData("queued")]
    [InlineData("running")]
    [InlineData("paused")]
    [InlineData("failed")]
    [InlineData("interrupted")]
    public void A_run_is_stopped_for_good_whatever_it_does(string phase)
    {
        var script = new RunScript(RunScript.Plan());
        script.Tell(Submit);
        if (phase != "queued")
        {
            script.Begin();
        }

        if (phase is "paused" or "failed" or "interrupted")
        {
            script.Tell(phase switch { "paused" => new RunCommands.Pause("why"), "failed" => new RunCommands.Fail("why"), _ => new RunCommands.Interrupt() });
        }

        Assert.IsType<RunReply.Accepted>(script.Tell(new RunCommands.Stop()));
        Assert.IsType<RunReply.Known>(script.Tell(new RunCommands.Stop()));
        Assert.Equal(RunPhase.Stopped, script.State.Phase);
        Assert.IsType<RunOrder.Nothing>(script.State.NextOrder());
        Assert.IsType<RunReply.Refused>(script.Tell(new RunCommands.Resume(script.State.Numerics, false)));
        script.Begin();
        Assert.Equal(RunPhase.Stopped, script.State.Phase);
    }

    [Fact]
    public void A_completed_run_is_not_stopped()
    {
        var script = new RunScript(RunScript.Plan()).Begin().ToTheEnd();

        Assert.IsType<RunReply.Known>(script.Tell(new RunCommands.Stop()));
        Assert.Equal(RunPhase.Completed, script.State.Phase);
    }
}
