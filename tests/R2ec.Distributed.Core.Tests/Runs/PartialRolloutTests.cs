using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Core.Tests.Runs;

/// <summary>Groups whose chains went over to later versions, in the decisions of a run and in its audit.</summary>
public sealed class PartialRolloutTests
{
    [Fact]
    public void A_group_that_went_over_is_completed_with_its_oldest_and_newest_version_and_is_as_old_as_its_plan()
    {
        var script = AtVersionOne(partial: true);
        var old = script.State.Planned.First(step => step.Version == 0);

        script.Tell(Completed(script, old, V(script, 0), V(script, 1)));
        var fact = (RunEvents.GroupCompleted)script.Facts[^1];

        Assert.Equal((0, 1), (fact.Oldest!.Value, fact.Newest!.Value));
        script.ToTheEnd();
        Assert.Equal(RunPhase.Completed, script.State.Phase);
        Assert.Equal(1, script.State.Trained.First(step => step.Payloads.Contains(fact.Payload)).Age.Most);
        Assert.True(RunAudit.Of(script.Facts).IsClean);
    }

    [Fact]
    public void A_group_of_its_plans_version_alone_says_nothing_of_versions()
    {
        var script = AtVersionOne(partial: true);

        script.Tell(Completed(script, script.State.Planned.First(step => step.Version == 0)));

        Assert.Null(((RunEvents.GroupCompleted)script.Facts[^1]).Newest);
    }

    [Fact]
    public void Tokens_of_an_earlier_version_of_one_that_is_not_trained_or_of_other_weights_are_refused()
    {
        var script = AtVersionOne(partial: true);
        var old = script.State.Planned.First(step => step.Version == 0);
        var late = script.State.Planned.First(step => step.Version == 1);

        Assert.IsType<RunReply.Refused>(script.Tell(Completed(script, old, V(script, 0), new PolicyVersion(2, RunScript.D("version 2")))));
        Assert.IsType<RunReply.Refused>(script.Tell(Completed(script, old, V(script, 0), new PolicyVersion(1, RunScript.D("foreign")))));
        Assert.IsType<RunReply.Refused>(script.Tell(Completed(script, late, V(script, 0), V(script, 1))));
        Assert.IsType<RunReply.Accepted>(script.Tell(Completed(script, old, V(script, 0), V(script, 1))));
    }

    [Fact]
    public void Without_partial_rollouts_a_group_of_several_versions_is_refused()
    {
        var script = AtVersionOne(partial: false);

        Assert.IsType<RunReply.Refused>(script.Tell(Completed(script, script.State.Planned.First(step => step.Version == 0), V(script, 0), V(script, 1))));
    }

    [Theory]
    [InlineData(true, 0, 2)]
    [InlineData(true, -1, 1)]
    [InlineData(true, 1, 0)]
    [InlineData(false, 0, 1)]
    public void An_audit_finds_tokens_of_versions_that_cannot_have_written_them(bool partial, int oldest, int newest)
    {
        var script = AtVersionOne(partial);
        var old = script.State.Planned.First(step => step.Version == 0);
        script.Tell(Completed(script, old));
        var fact = (RunEvents.GroupCompleted)script.Facts[^1];

        var audit = RunAudit.Of([.. script.Facts[..^1], fact with { Oldest = oldest, Newest = newest }]);

        Assert.Contains(audit.Findings, finding => finding.Contains(fact.Group.ToString(), StringComparison.Ordinal));
        Assert.True(RunAudit.Of(script.Facts).IsClean);
    }

    // One step is trained, and a group of a plan of version 0 is still missing.
    private static RunScript AtVersionOne(bool partial)
    {
        var script = new RunScript(RunScript.Plan(steps: 6, warmStart: 0, mode: TrainingMode.Async, maxStaleness: 2, partial: partial)).Begin();
        while (script.State.Step < 1 || script.State.Planned.All(step => step.Version == 0))
        {
            var order = script.State.Orders().First(order => order is not RunOrder.CollectGroups { Step.Step: not 1 });
            script.Tell(script.Report(order));
        }

        return script;
    }

    private static PolicyVersion V(RunScript script, int version) => new(version, script.State.WeightsAt(new RunPosition(RunStage.Reinforcement, version))!.Value);

    private static RunCommands.CompleteGroups Completed(RunScript script, StepRecord step, params PolicyVersion[] versions) => new(
        script.State.Epoch, [RunScript.Group(step, Enumerable.Range(0, step.Samples.Count).First(step.IsMissing)) with { Versions = versions.Length == 0 ? null : versions }]);
}
