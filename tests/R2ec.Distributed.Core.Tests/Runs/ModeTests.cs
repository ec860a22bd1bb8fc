using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Randomness;
using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Core.Tests.Runs;

/// <summary>Runs whose orders are carried out in any sequence: each schedule is drawn from a seed that a failure names.</summary>
public sealed class ModeTests
{
    private const int Schedules = 300;

    [Fact]
    public void One_step_off_trains_a_step_while_the_rollouts_of_the_next_one_are_made()
    {
        var script = new RunScript(RunScript.Plan(warmStart: 0, mode: TrainingMode.OneStepOff, maxStaleness: 1)).Begin();
        while (script.State.NextOrder() is not RunOrder.TrainStep and var order)
        {
            script.Tell(script.Report(order));
        }

        Assert.Equal(["train 1", "collect 2 0+1"], script.State.Orders().Select(RunScript.Name));
    }

    [Fact]
    public void One_step_off_plans_every_step_on_the_version_before_the_last_and_on_its_table_whatever_the_schedule()
    {
        var expected = Plans(RandomRun(TrainingMode.OneStepOff, 1, seed: 0).Facts);
        Assert.Equal(
            ["1: version 0, table 0", "2: version 0, table 0", "3: version 1, table 0", "4: version 2, table 2", "5: version 3, table 2", "6: version 4, table 4", "7: version 5, table 4", "8: version 6, table 6"],
            expected.Order(StringComparer.Ordinal));

        for (var seed = 1; seed < Schedules; seed++)
        {
            Assert.Equal(expected.Order(StringComparer.Ordinal), Plans(RandomRun(TrainingMode.OneStepOff, 1, seed).Facts).Order(StringComparer.Ordinal));
        }
    }

    [Theory]
    [InlineData(TrainingMode.Sync, 0)]
    [InlineData(TrainingMode.OneStepOff, 1)]
    [InlineData(TrainingMode.Async, 1)]
    [InlineData(TrainingMode.Async, 2)]
    [InlineData(TrainingMode.Async, 5)]
    public void In_any_schedule_the_run_ends_and_every_group_ends_once_within_its_bound(TrainingMode mode, int bound)
    {
        for (var seed = 0; seed < Schedules; seed++)
        {
            var run = RandomRun(mode, bound, seed);

            Assert.True(run.State.Phase == RunPhase.Completed, $"seed {seed}: {run.State.Phase} at {run.State.Position}");
            Fates(run, bound, seed);
        }
    }

    [Theory]
    [InlineData(TrainingMode.OneStepOff, 1)]
    [InlineData(TrainingMode.Async, 3)]
    public void An_early_stop_ends_what_was_planned_ahead_by_its_name(TrainingMode mode, int bound)
    {
        var dropped = 0;
        for (var seed = 0; seed < Schedules; seed++)
        {
            var run = RandomRun(mode, bound, seed, patience: 2);

            Assert.True((run.State.Phase, run.State.Step) == (RunPhase.Completed, 4), $"seed {seed}: {run.State.Phase} at {run.State.Position}");
            dropped += run.Facts.Any(fact => fact is RunEvents.GroupsDropped { Rule: DropRule.Shortened }) ? 1 : 0;
            Fates(run, bound, seed);
        }

        // In one-step-off the next step is always planned by then.
        Assert.InRange(dropped, mode == TrainingMode.OneStepOff ? Schedules : Schedules / 2, Schedules);
    }

    [Fact]
    public void Groups_at_which_workers_fail_are_dropped_by_name_and_others_take_their_place()
    {
        for (var seed = 0; seed < Schedules; seed++)
        {
            var run = RandomRun(TrainingMode.Async, 2, seed, failures: 10);

            Assert.True(run.State.Phase == RunPhase.Completed, $"seed {seed}: {run.State.Phase} at {run.State.Position}");
            Assert.All(run.Facts.OfType<RunEvents.StepAssembled>(), assembled => Assert.Equal(3, assembled.Groups.Count));
            Fates(run, 2, seed);
        }
    }

    [Fact]
    public void Where_nothing_but_failures_comes_an_async_run_pauses_with_the_last_reason()
    {
        var script = Ready(TrainingMode.Async, 2);
        while (script.State.Phase == RunPhase.Running)
        {
            Do(script, script.State.Orders().OfType<RunOrder.CollectGroups>().First(), fails: true);
        }

        Assert.Equal(RunPhase.Paused, script.State.Phase);
        Assert.Contains("the device is hot", script.State.Reason, StringComparison.Ordinal);
        Assert.True(RunAudit.Of(script.Facts).IsClean);
    }

    [Fact]
    public void In_sync_and_one_step_off_no_group_is_given_up()
    {
        var script = Ready(TrainingMode.OneStepOff, 1);

        Assert.IsType<RunReply.Refused>(script.Tell(new RunCommands.DropGroups(script.State.Epoch, 1, [0], "the device is hot")));
    }

    [Fact]
    public void What_is_too_old_is_dropped_and_never_trained()
    {
        var script = Ready(TrainingMode.Async, 2);
        foreach (var step in script.State.Planned)
        {
            script.Tell(new RunCommands.CompleteGroups(script.State.Epoch, [.. Enumerable.Range(0, 3).Select(index => RunScript.Group(step, index))]));
        }

        // No admitted plan comes to this: its groups are made three versions older than they are.
        var aged = script.State with { Planned = [.. script.State.Planned.Select(step => step.Step == 1 ? step with { Version = -3 } : step)] };
        var decision = aged.Decide(new RunCommands.AssembleStep(1), RunScript.Now);

        Assert.Equal((1, DropRule.Stale), (decision.Events.OfType<RunEvents.GroupsDropped>().Single().Step, decision.Events.OfType<RunEvents.GroupsDropped>().Single().Rule));
        Assert.All(decision.Events.OfType<RunEvents.StepAssembled>().Single().Groups, group => Assert.NotEqual(1, group.Step));
    }

    [Fact]
    public void Training_waits_for_the_oldest_groups_once_younger_ones_have_taken_their_room()
    {
        var script = Ready(TrainingMode.Async, 1);
        Complete(script, 2);
        var overtaken = script.State.Apply(new RunEvents.StepAssembled(RunScript.Run, 1, [new GroupId(2, 0), new GroupId(2, 1), new GroupId(2, 2)], RunScript.Now));

        Assert.Equal(["collect 1 0+1"], overtaken.Orders().Where(order => order is RunOrder.CollectGroups).Select(RunScript.Name));
        script.Tell(new RunCommands.AssembleStep(1));
        script.Tell(new RunCommands.ReportTrained(script.State.Epoch, 1, RunScript.D("version 1"), []));
        script.Tell(new RunCommands.PlanStep(3, [new SampleId(1), new SampleId(2), new SampleId(3)]));
        Complete(script, 3);

        Assert.DoesNotContain(script.State.Orders(), order => order is RunOrder.AssembleStep);
        Complete(script, 1);
        Assert.Contains(script.State.Orders(), order => order is RunOrder.AssembleStep);
        script.Tell(new RunCommands.AssembleStep(2));
        Assert.Equal([1, 1, 1], script.Facts.OfType<RunEvents.StepAssembled>().Last().Groups.Select(group => group.Step));
    }

    [Fact]
    public void An_older_checkpoint_serves_while_rollouts_need_an_earlier_version_and_it_is_kept()
    {
        var script = new RunScript(RunScript.Plan(steps: 8, warmStart: 0, mode: TrainingMode.OneStepOff, maxStaleness: 1)) { Ndcg = _ => 0.5 }.Begin();
        while (script.State.Step < 3 || script.State.NextOrder() is RunOrder.WriteCheckpoint)
        {
            script.Tell(script.Report(script.State.NextOrder()));
        }

        Assert.Equal((3, 2), (script.State.Step, script.State.Planned.Single().Version));
        Assert.Equal(0, RunRecovery.Serving(script.State)[0].Position.Step);
        Assert.Equal(3, RunRecovery.Candidates(script.State)[0].Position.Step);
        Assert.Contains("step-000000", CheckpointRetention.Kept(script.State));

        Complete(script, 4);
        Assert.Equal(3, RunRecovery.Serving(script.State)[0].Position.Step);
    }

    [Fact]
    public void The_audit_finds_a_group_past_its_bound()
    {
        List<IRunEvent> facts = [.. RandomRun(TrainingMode.OneStepOff, 1, seed: 0).Facts];
        var planned = facts.FindIndex(fact => fact is RunEvents.StepPlanned { Step: 5 });
        facts[planned] = (RunEvents.StepPlanned)facts[planned] with { Policy = RunScript.D("version 1") };

        Assert.Contains("step 5 was trained on groups of plan 5, which are 3 versions old; the bound is 1", RunAudit.Of(facts).Findings);
    }

    [Fact]
    public void The_audit_finds_what_was_trained_or_dropped_again_and_what_was_never_fixed()
    {
        List<IRunEvent> facts = [.. RandomRun(TrainingMode.Async, 2, seed: 0).Facts];
        var assembled = facts.OfType<RunEvents.StepAssembled>().First();

        Assert.True(RunAudit.Of([.. facts, new RunEvents.GroupsDropped(RunScript.Run, assembled.Groups[0].Step, [assembled.Groups[0].Index], DropRule.Stale, "", RunScript.Now)]).Twice == 1);
        Assert.False(RunAudit.Of([.. facts.Where(fact => fact != (IRunEvent)assembled)]).IsClean);
    }

    // Carries out whatever is ordered in an order drawn from the seed; now and then the process dies and the state is read anew from the facts.
    private static RunScript RandomRun(TrainingMode mode, int bound, int seed, int patience = 0, int failures = 0)
    {
        var stream = new ChanceStream((ulong)seed, ChancePurpose.World, 0);
        int Draw(int count) => stream.NextIndex(count);
        var script = new RunScript(RunScript.Plan(steps: patience > 0 ? 40 : 8, warmStart: 0, patience: patience, mode: mode, maxStaleness: bound)) { Ndcg = step => patience > 0 ? -step : step }.Begin();
        for (var turn = 0; turn < 2000 && script.State.Phase is (RunPhase.Running or RunPhase.Paused); turn++)
        {
            if (script.State.Phase == RunPhase.Paused)
            {
                script.Tell(new RunCommands.Resume(script.State.Numerics, false));
            }

            var orders = script.State.Orders();
            Do(script, orders[Draw(orders.Count)], fails: failures > 0 && Draw(failures) == 0, Draw);
            if (Draw(40) == 0)
            {
                Assert.Equal(script.State.Position, script.Facts.Aggregate(new RunState(RunScript.Run), (state, fact) => state.Apply(fact)).Position);
                script.Tell(new RunCommands.Resume(script.State.Numerics, false));
            }
        }

        return script;
    }

    private static void Do(RunScript script, RunOrder order, bool fails, Func<int, int>? draw = null)
    {
        if (order is not RunOrder.CollectGroups collect)
        {
            Assert.IsNotType<RunReply.Refused>(script.Tell(script.Report(order)));
            return;
        }

        var bundle = collect.MissingBundles[draw?.Invoke(collect.MissingBundles.Count) ?? 0];
        var groups = Enumerable.Range(collect.Step.FirstGroup(bundle), collect.Step.Bundles[bundle]).Where(collect.Step.IsMissing).ToList();
        IRunCommand command = fails
            ? new RunCommands.DropGroups(script.State.Epoch, collect.Step.Step, groups, "the device is hot")
            : new RunCommands.CompleteGroups(script.State.Epoch, [.. groups.Where(_ => draw?.Invoke(3) != 0).Select(index => RunScript.Group(collect.Step, index))]);
        Assert.IsNotType<RunReply.Refused>(script.Tell(command));
    }

    private static RunScript Ready(TrainingMode mode, int bound)
    {
        var script = new RunScript(RunScript.Plan(warmStart: 0, mode: mode, maxStaleness: bound)).Begin();
        while (script.State.NextOrder() is not RunOrder.CollectGroups and var order)
        {
            script.Tell(script.Report(order));
        }

        return script;
    }

    private static void Complete(RunScript script, int plan)
    {
        var step = script.State.Planned.Single(planned => planned.Step == plan);
        script.Tell(new RunCommands.CompleteGroups(script.State.Epoch, [.. Enumerable.Range(0, 3).Select(index => RunScript.Group(step, index))]));
    }

    private static IEnumerable<string> Plans(IEnumerable<IRunEvent> facts)
    {
        var names = Enumerable.Range(0, 10).SelectMany(i => new[] { $"version {i}", $"table {i}" }).ToDictionary(RunScript.D);
        return facts.OfType<RunEvents.StepPlanned>().Select(planned => $"{planned.Step}: {names[planned.Policy]}, {names[planned.Table]}");
    }

    // Counted here once more, from the facts alone: neither the run's ledger nor its audit is asked.
    private static void Fates(RunScript run, int bound, int seed)
    {
        var versions = new Dictionary<int, int>();
        var ends = new Dictionary<GroupId, int>();
        var step = 0;
        foreach (var fact in run.Facts)
        {
            switch (fact)
            {
                case RunEvents.StepPlanned e:
                    versions[e.Step] = Enumerable.Range(0, 50).First(version => RunScript.D($"version {version}") == e.Policy);
                    foreach (var index in Enumerable.Range(0, e.Samples.Count))
                    {
                        ends[new GroupId(e.Step, index)] = 0;
                    }

                    break;
                case RunEvents.StepAssembled e:
                    Assert.All(e.Groups, group => Assert.InRange(step - versions[group.Step], 0, bound));
                    e.Groups.ToList().ForEach(group => ends[group]++);
                    break;
                case RunEvents.GroupsDropped e:
                    e.Groups.ToList().ForEach(index => ends[new GroupId(e.Step, index)]++);
                    break;
                case RunEvents.StepTrained e:
                    step = e.Step;
                    if (!run.Facts.OfType<RunEvents.StepAssembled>().Any())
                    {
                        Assert.InRange(step - 1 - versions[step], 0, bound);
                        ends.Keys.Where(group => group.Step == step).ToList().ForEach(group => ends[group]++);
                    }

                    break;
            }
        }

        Assert.True(ends.Values.All(count => count == 1), $"seed {seed}: {string.Join(", ", ends.Where(end => end.Value != 1).Select(end => $"{end.Key} ended {end.Value} times"))}");
        var audit = RunAudit.Of(run.Facts);
        Assert.True(audit.IsClean, $"seed {seed}: {string.Join("; ", audit.Findings)}");
        Assert.Equal((0, ends.Count), (audit.Open + audit.Cancelled, audit.Trained + audit.Dropped));
        Assert.DoesNotContain(run.Facts, fact => fact is RunEvents.GroupsDropped { Rule: DropRule.Stale });
    }
}
