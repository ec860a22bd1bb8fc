using CsCheck;
using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Core.Tests.Runs;

public sealed class RunAuditTests
{
    private static readonly List<IRunEvent> Whole = new RunScript(RunScript.Plan()).Begin().ToTheEnd().Facts;
    private static readonly int FirstGroup = Whole.FindIndex(f => f is RunEvents.GroupCompleted);

    [Fact]
    public void A_completed_run_has_trained_all_that_was_planned()
    {
        var audit = RunAudit.Of(Whole);

        Assert.Equal((12, 12, 0, 0, 0, 0, 0), (audit.Planned, audit.Trained, audit.Dropped, audit.Cancelled, audit.Open, audit.Lost, audit.Twice));
        Assert.True(audit.IsClean);
    }

    [Fact]
    public void A_run_without_facts_is_clean() => Assert.True(RunAudit.Of([]).IsClean);

    [Fact]
    public void Groups_under_way_are_open_while_the_run_can_go_on() => Assert.Equal(3, RunAudit.Of(Whole[..FirstGroup]).Open);

    [Fact]
    public void Groups_under_way_are_cancelled_by_the_end_of_the_run_and_open_again_once_it_goes_on()
    {
        List<IRunEvent> ended = [.. Whole[..FirstGroup], new RunEvents.Failed(RunScript.Run, "why", RunScript.Now)];

        Assert.Equal((3, 0), (RunAudit.Of(ended).Cancelled, RunAudit.Of(ended).Open));
        ended.Add(new RunEvents.Resumed(RunScript.Run, new Epoch(2), new Dictionary<string, string>(), RunScript.Now));
        Assert.Equal((0, 3), (RunAudit.Of(ended).Cancelled, RunAudit.Of(ended).Open));
        ended.Add(new RunEvents.Stopped(RunScript.Run, RunScript.Now));
        Assert.Equal((3, 0), (RunAudit.Of(ended).Cancelled, RunAudit.Of(ended).Open));
    }

    [Fact]
    public void A_step_that_was_never_planned_is_found()
    {
        var audit = RunAudit.Of([.. Whole.Where(f => f is not RunEvents.StepPlanned { Step: 2 })]);

        Assert.False(audit.IsClean);
        Assert.True(audit.Lost > 0);
        Assert.Contains("step 2 was never planned", audit.Findings);
    }

    [Fact]
    public void Every_cut_of_a_sound_journal_is_clean_and_every_group_has_one_fate() => Gen.Int[0, Whole.Count].Sample(count =>
    {
        var audit = RunAudit.Of(Whole[..count]);
        Assert.True(audit.IsClean);
        Assert.Equal(Whole[..count].OfType<RunEvents.StepPlanned>().Sum(p => p.Samples.Count), audit.Planned);
    });

    [Fact]
    public void A_fact_that_is_left_out_or_told_twice_is_seen() => Gen.Select(Gen.Int[0, Whole.Count - 1], Gen.Bool).Sample((at, again) =>
    {
        List<IRunEvent> facts = [.. Whole];
        if (again)
        {
            facts.Insert(at, facts[at]);
        }
        else
        {
            facts.RemoveAt(at);
        }

        var audit = RunAudit.Of(facts);
        var matters = Whole[at] is RunEvents.StepPlanned or RunEvents.GroupCompleted || (again && Whole[at] is RunEvents.StepTrained);
        Assert.Equal(audit.Planned, audit.Trained + audit.Dropped + audit.Cancelled + audit.Open);
        Assert.Equal(!matters, audit.IsClean);
        Assert.Equal(matters && again, audit.Twice > 0);
        Assert.Equal(matters && !again, audit.Lost > 0);
    });
}
