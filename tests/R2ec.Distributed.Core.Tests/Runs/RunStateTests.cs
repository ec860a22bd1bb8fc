using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Core.Tests.Runs;

public sealed class RunStateTests
{
    [Fact]
    public void A_run_does_its_work_in_one_order()
    {
        var script = new RunScript(RunScript.Plan()) { Ndcg = _ => 0.5 }.Begin().ToTheEnd();

        Assert.Equal(
        [
            "MeasureBaselines", "warm 20", "checkpoint warm-start-000020", "warm 25", "warm 30", "BeginReinforcement", "checkpoint step-000000",
            "encode 0", "evaluate 0 First", "plan 1", "collect 1 0+1", "collect 1 1", "train 1", "plan 2", "collect 2 0+1", "collect 2 1", "train 2",
            "encode 2", "evaluate 2 Interim", "plan 3", "collect 3 0+1", "collect 3 1", "train 3", "checkpoint step-000003", "plan 4", "collect 4 0+1", "collect 4 1", "train 4",
            "checkpoint step-000004", "encode 4", "evaluate 4 Last", "Complete",
        ], script.Orders);
        Assert.Equal(RunPhase.Completed, script.State.Phase);
        Assert.Equal(RunScript.D("version 4"), script.State.Weights);
    }

    [Fact]
    public void The_best_policy_is_kept_where_no_checkpoint_was_due()
    {
        var script = new RunScript(RunScript.Plan()).Begin().ToTheEnd();

        Assert.Contains("checkpoint step-000002", script.Orders);
    }

    [Fact]
    public void A_run_that_no_longer_gets_better_ends_early_with_a_whole_evaluation()
    {
        var script = new RunScript(RunScript.Plan(steps: 40, patience: 2)) { Ndcg = step => -step }.Begin().ToTheEnd();

        Assert.Equal((RunPhase.Completed, 4, 4), (script.State.Phase, script.State.Step, script.State.Steps));
        Assert.Single(script.Facts.OfType<RunEvents.PlanShortened>());
        Assert.Equal(["evaluate 0 First", "evaluate 2 Interim", "evaluate 4 Interim", "evaluate 4 Last"], script.Orders.Where(order => order.StartsWith("evaluate", StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_command_told_twice_changes_nothing_the_second_time()
    {
        var script = new RunScript(RunScript.Plan()).Begin();
        while (script.State.NextOrder() is not (RunOrder.Nothing or RunOrder.Complete) and var order)
        {
            var report = script.Report(order);
            script.Tell(report);
            Assert.Empty(script.State.Decide(report, RunScript.Now).Events);
        }
    }

    [Fact]
    public void A_report_of_an_earlier_epoch_is_refused()
    {
        var script = new RunScript(RunScript.Plan()).Begin();
        var report = script.Report(script.State.NextOrder());
        script.Tell(new RunCommands.Resume(script.State.Numerics, false));

        Assert.Equal(new Epoch(2), script.State.Epoch);
        Assert.IsType<RunReply.Refused>(script.Tell(report));
        Assert.False(script.State.BaselinesMeasured);
    }

    // Each where it is awaited: what refuses it is its epoch alone.
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Every_report_of_another_epoch_is_refused_and_that_of_this_epoch_is_taken(int other)
    {
        var script = new RunScript(RunScript.Plan()).Begin();
        script.Tell(new RunCommands.Resume(script.State.Numerics, false));
        var seen = new HashSet<Type>();
        while (script.State.NextOrder() is not RunOrder.Complete and var order)
        {
            if (script.Report(order) is IRunReport report)
            {
                var strange = Other(report, new Epoch(other));
                Assert.Contains($"a report of epoch {other}", Assert.IsType<RunReply.Refused>(script.State.Decide(strange, RunScript.Now).Reply).Reason, StringComparison.Ordinal);
                Assert.Empty(script.State.Decide(strange, RunScript.Now).Events);
                seen.Add(report.GetType());
            }

            Assert.IsType<RunReply.Accepted>(script.Tell(script.Report(order)));
        }

        Assert.Equal(
            typeof(IRunReport).Assembly.GetTypes().Where(type => type is { IsInterface: false } && typeof(IRunReport).IsAssignableFrom(type) && type != typeof(RunCommands.DropGroups)).Select(type => type.Name).Order(StringComparer.Ordinal),
            seen.Select(type => type.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Groups_are_not_dropped_by_the_word_of_another_epoch()
    {
        var script = new RunScript(RunScript.Plan(warmStart: 0, mode: TrainingMode.Async, maxStaleness: 1)).Begin();
        while (script.State.Planned.IsEmpty)
        {
            script.Tell(script.Report(script.State.NextOrder()));
        }

        Assert.IsType<RunReply.Refused>(script.Tell(new RunCommands.DropGroups(new Epoch(2), 1, [0], "why")));
        Assert.IsType<RunReply.Accepted>(script.Tell(new RunCommands.DropGroups(new Epoch(1), 1, [0], "why")));
    }

    [Fact]
    public void A_run_that_was_taken_up_since_its_journal_was_read_is_not_taken_from_who_did()
    {
        var script = new RunScript(RunScript.Plan()).Begin();
        script.Tell(new RunCommands.Resume(script.State.Numerics, false, Known: new Epoch(1)));
        Assert.Equal(new Epoch(2), script.State.Epoch);

        Assert.IsType<RunReply.Overtaken>(script.Tell(new RunCommands.Resume(script.State.Numerics, false, Known: new Epoch(1))));
        Assert.IsType<RunReply.Overtaken>(script.Tell(new RunCommands.Start("seed: 1", RunScript.Plan(), default, default, script.State.Numerics)));
        Assert.Equal(new Epoch(2), script.State.Epoch);
        Assert.IsType<RunReply.Accepted>(script.Tell(new RunCommands.Resume(script.State.Numerics, false, Known: new Epoch(2))));
        Assert.IsType<RunReply.Accepted>(script.Tell(new RunCommands.Resume(script.State.Numerics, false)));
    }

    [Fact]
    public void A_group_made_by_other_weights_is_refused()
    {
        var script = new RunScript(RunScript.Plan()).Begin();
        script.ToTheEnd(mostOrders: 10);
        var open = script.State.Open!;

        var reply = script.Tell(new RunCommands.CompleteGroups(script.State.Epoch, [RunScript.Group(open, 0) with { Policy = RunScript.D("another") }]));

        Assert.IsType<RunReply.Refused>(reply);
        Assert.Null(script.State.Open!.Payloads[0]);
    }

    [Fact]
    public void A_group_counts_once_also_within_one_command()
    {
        var script = new RunScript(RunScript.Plan()).Begin();
        script.ToTheEnd(mostOrders: 10);
        var group = RunScript.Group(script.State.Open!, 1);

        script.Tell(new RunCommands.CompleteGroups(script.State.Epoch, [group, group]));

        Assert.Single(script.Facts.OfType<RunEvents.GroupCompleted>());
    }

    [Fact]
    public void Other_numerics_are_named_and_need_to_be_accepted()
    {
        var script = new RunScript(RunScript.Plan()).Begin();
        var others = new Dictionary<string, string> { ["threads"] = "2" };

        var refused = Assert.IsType<RunReply.Refused>(script.Tell(new RunCommands.Resume(others, false)));
        Assert.Contains("threads was 1 and is 2 here", refused.Reason, StringComparison.Ordinal);
        Assert.Contains("--accept-other-numerics", refused.Reason, StringComparison.Ordinal);

        Assert.IsType<RunReply.Accepted>(script.Tell(new RunCommands.Resume(others, true)));
        Assert.Equal("2", script.State.Numerics["threads"]);
    }

    [Fact]
    public void A_completed_run_is_not_resumed()
    {
        var script = new RunScript(RunScript.Plan()).Begin().ToTheEnd();

        Assert.IsType<RunReply.AlreadyCompleted>(script.Tell(new RunCommands.Resume(script.State.Numerics, false)));
    }

    [Theory]
    [InlineData("interrupt")]
    [InlineData("fail")]
    [InlineData("pause")]
    public void A_run_that_stopped_goes_on_where_it_was(string how)
    {
        var script = new RunScript(RunScript.Plan()).Begin();
        script.ToTheEnd(mostOrders: 11);
        var before = script.State.NextOrder();
        script.Tell(how switch { "interrupt" => new RunCommands.Interrupt(), "fail" => new RunCommands.Fail("why"), _ => new RunCommands.Pause("why") });
        Assert.IsType<RunOrder.Nothing>(script.State.NextOrder());

        script.Tell(new RunCommands.Resume(script.State.Numerics, false));

        Assert.Equal(before.ToString(), script.State.NextOrder().ToString());
        Assert.Equal("", script.State.Reason);
    }

    [Fact]
    public void Apply_knows_every_fact()
    {
        var script = new RunScript(RunScript.Plan(steps: 40, patience: 2)) { Ndcg = step => -step }.Begin();
        script.Tell(new RunCommands.Resume(new Dictionary<string, string>(), true));
        script.ToTheEnd();
        IRunEvent[] others =
        [
            new RunEvents.Interrupted(RunScript.Run, RunScript.Now), new RunEvents.Failed(RunScript.Run, "why", RunScript.Now), new RunEvents.Paused(RunScript.Run, "why", RunScript.Now),
            new RunEvents.Submitted(RunScript.Run, "seed: 1", RunScript.Now), new RunEvents.Stopped(RunScript.Run, RunScript.Now),
            new RunEvents.FaultObserved(RunScript.Run, "rollout-1", "rollout", "no beat", 2, 4, RunScript.Now), new RunEvents.GroupsDropped(RunScript.Run, 9, [0], DropRule.Surplus, "why", RunScript.Now),
            new RunEvents.StepAssembled(RunScript.Run, 9, [], RunScript.Now),
        ];
        Assert.All(others, fact => Assert.Equal(script.State.Position, script.State.Apply(fact).Position));
        List<Type> seen = [.. script.Facts.Concat(others).Select(fact => fact.GetType()).Distinct()];

        Assert.Empty(typeof(RunEvents).GetNestedTypes().Except(seen));
        Assert.Equal(script.State.Position, script.Facts.Aggregate(new RunState(RunScript.Run), (state, fact) => state.Apply(fact)).Position);
        Assert.Throws<InvalidOperationException>(() => script.State.Apply(new Unknown()));
        Assert.Throws<InvalidOperationException>(() => script.State.Apply(new RunEvents.Completed(new RunId("another"), RunScript.Now)));
    }

    [Fact]
    public void Recovery_trains_the_journaled_work_again_from_wherever_the_learner_stands()
    {
        var state = new RunScript(RunScript.Plan()).Begin().ToTheEnd().State;

        Assert.Equal(20, Assert.IsType<RunOrder.TrainWarmStart>(RunRecovery.Next(state, RunPosition.Start)).UntilStep);
        Assert.IsType<RunOrder.BeginReinforcement>(RunRecovery.Next(state, new RunPosition(RunStage.WarmStart, 30)));
        Assert.Equal(2, Assert.IsType<RunOrder.TrainStep>(RunRecovery.Next(state, new RunPosition(RunStage.Reinforcement, 1))).Step.Step);
        Assert.Null(RunRecovery.Next(state, new RunPosition(RunStage.Reinforcement, 4)));
        Assert.Equal(state.Checkpoints.Count, RunRecovery.Candidates(state).Count);
    }

    [Fact]
    public void The_newest_checkpoints_the_best_and_the_first_of_RL_are_kept()
    {
        var state = new RunScript(RunScript.Plan()) { Ndcg = step => step == 2 ? 1 : 0 }.Begin().ToTheEnd().State;

        Assert.Equal(["step-000004", "step-000003", "step-000002", "step-000000"], CheckpointRetention.Kept(state));
    }

    [Fact]
    public void Groups_behind_the_second_newest_checkpoint_that_is_held_are_not_needed_to_go_on()
    {
        var state = new RunScript(RunScript.Plan()).Begin().ToTheEnd().State;

        Assert.Equal(3, CheckpointRetention.Line(state, [.. state.Checkpoints.Select(checkpoint => checkpoint.Manifest)]));
        Assert.Equal(0, CheckpointRetention.Line(state, [state.Checkpoints[^1].Manifest]));
        Assert.Equal(0, CheckpointRetention.Line(state, []));
        Assert.Equal(3, CheckpointRetention.GroupsAfter(state, 3).Count());
        Assert.Equal(12, CheckpointRetention.GroupsAfter(state, 0).Count());
    }

    [Fact]
    public void The_checkpoint_that_a_run_begins_with_is_part_of_what_fixes_its_bits_where_it_was_recorded()
    {
        Dictionary<string, string> earlier = new() { ["threads"] = "1" }, one = new(earlier) { ["model"] = "a" }, other = new(earlier) { ["model"] = "b" };

        Assert.Equal(["model was a and is b here"], NumericsDifferences.Between(one, other));
        Assert.Equal(["model was a and is not set here"], NumericsDifferences.Between(one, earlier));
        Assert.Empty(NumericsDifferences.Between(earlier, one));
    }

    private static IRunCommand Other(IRunReport report, Epoch epoch)
    {
        var values = report.GetType().GetConstructors().Single(constructor => constructor.GetParameters().Length > 1);
        return (IRunCommand)values.Invoke([.. values.GetParameters().Select(parameter => parameter.Name == nameof(IRunReport.Epoch) ? epoch : report.GetType().GetProperty(parameter.Name!)!.GetValue(report))]);
    }

    private sealed record Unknown : IRunEvent
    {
        public RunId Run => RunScript.Run;

        public DateTimeOffset At => RunScript.Now;
    }
}
