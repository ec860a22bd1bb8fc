using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Cluster;
using R2ec.Distributed.Orchestration.Learning;
using R2ec.Distributed.Orchestration.Rollouts;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Tests.Simulation;

namespace R2ec.Distributed.Orchestration.Tests.Cluster;

/// <summary>Coordinator, agents, seats and links together in virtual time: one named mishap each, and what becomes of it.</summary>
[Collection(OneMachine.Name)]
public sealed class ClusterScenarioTests(OneMachine shared)
{
    private readonly SimMachine _machine = shared.Machine;

    [Fact]
    public void A_node_that_is_silent_for_a_lease_loses_its_work_and_the_journal_says_so()
    {
        using var cluster = Cluster();
        var leased = WaitFor<WorkProtocol.Lease>(cluster, lease => lease.Kind == WorkKind.Rollout);

        cluster.Crash(leased.To.Node, backAfter: 100_000);
        var fault = Fault(cluster, leased.To.Node);

        Assert.Equal("rollout", fault.Role);
        Assert.StartsWith("no sign of life", fault.Evidence, StringComparison.Ordinal);
        Assert.True(fault.LeasesReturned >= 1);
        Assert.InRange(fault.DetectedAfterSeconds, 10, 12);
        Completes(cluster);
    }

    [Fact]
    public void A_process_that_was_replaced_is_known_by_the_first_beat_of_the_next()
    {
        using var cluster = Cluster();
        var leased = WaitFor<WorkProtocol.Lease>(cluster, lease => lease.Kind == WorkKind.Rollout);

        cluster.Crash(leased.To.Node, backAfter: 10);
        var fault = Fault(cluster, leased.To.Node);

        Assert.Equal("its process was replaced by another", fault.Evidence);
        Assert.InRange(fault.DetectedAfterSeconds, 0, 3);
        Completes(cluster);
    }

    [Fact]
    public void A_frozen_worker_that_wakes_up_delivers_in_vain()
    {
        using var cluster = Cluster();
        var leased = WaitFor<WorkProtocol.Lease>(cluster, lease => lease.Kind == WorkKind.Rollout);

        cluster.Freeze(leased.To.Node, 150);
        var again = WaitFor<WorkProtocol.Lease>(cluster, lease => lease.Work == leased.Message.Work);
        var late = WaitFor<WorkProtocol.WorkDone>(cluster, done => done.Work == leased.Message.Work, leased.To);

        Assert.Equal((1, 2), (late.Message.Attempt.Value, again.Message.Attempt.Value));
        Completes(cluster);
    }

    [Fact]
    public void A_learner_that_dies_ends_the_epoch_and_another_goes_on_from_the_journal()
    {
        using var cluster = Cluster();
        var trains = WaitFor<LearningProtocol.TrainStep>(cluster, order => order.Step == 2);

        cluster.Crash(trains.To.Node, backAfter: 100_000);
        cluster.Until(() => cluster.Facts[^1] is RunEvents.Resumed, "the next epoch");
        var restored = WaitFor<LearningProtocol.Restore>(cluster, order => order.Epoch.Value == 2);

        Assert.NotEqual(trains.To.Node, restored.To.Node);
        Completes(cluster);
    }

    [Fact]
    public void A_learner_that_was_replaced_and_wakes_up_is_not_heard()
    {
        using var cluster = Cluster();
        var trains = WaitFor<LearningProtocol.TrainStep>(cluster, order => order.Step == 2);

        SimMachine.Freeze(trains.To);
        cluster.Until(() => cluster.Facts[^1] is RunEvents.Resumed, "the next epoch");
        _machine.Wake(trains.To);

        Completes(cluster);
        Assert.Single(cluster.Facts.OfType<RunEvents.StepTrained>(), trained => trained.Step == 2);
    }

    [Fact]
    public void A_drained_node_hands_back_its_work_at_once_and_that_is_no_fault()
    {
        using var cluster = Cluster();
        var leased = WaitFor<WorkProtocol.Lease>(cluster, lease => lease.Kind == WorkKind.Rollout);
        var began = _machine.Tick;

        Assert.Equal(ControlKind.Done, cluster.Ask<ControlAnswer>(new CoordinatorRequests.Node(leased.To.Node, CoordinatorRequests.NodeChange.Drain)).Kind);
        var again = WaitFor<WorkProtocol.Lease>(cluster, lease => lease.Work == leased.Message.Work);

        Assert.NotEqual(leased.To.Node, again.To.Node);
        Assert.Equal(2, again.Message.Attempt.Value);
        Assert.InRange(_machine.Tick - began, 0, 50);
        Assert.Equal(NodeState.Draining, Nodes(cluster).Single(node => node.Name == leased.To.Node).State);
        Completes(cluster);
        Assert.Empty(cluster.Facts.OfType<RunEvents.FaultObserved>());
    }

    [Fact]
    public void An_evicted_node_gets_no_work_until_it_is_readmitted()
    {
        using var cluster = Cluster();
        Order(cluster, "r1", CoordinatorRequests.NodeChange.Evict);
        var before = _machine.Tick;
        _machine.Seen = (message, _, to) => Assert.False(message is WorkProtocol.Lease && to.Node == "r1" && _machine.Tick > before + 20, "an evicted node got work");
        cluster.Until(() => cluster.Facts.Any(fact => fact is RunEvents.StepTrained { Step: 1 }), "step 1");

        _machine.Seen = null;
        Order(cluster, "r1", CoordinatorRequests.NodeChange.Readmit);
        WaitFor<WorkProtocol.Lease>(cluster, _ => true, to: cluster.Node("r1"));

        Completes(cluster);
    }

    [Fact]
    public void A_node_with_another_data_set_gets_no_work_and_says_why()
    {
        using var cluster = new SimCluster(_machine, 1);
        cluster.OtherData["r2"] = Digest.Of("other"u8);
        cluster.Submit();
        _machine.Seen = (message, _, to) => Assert.False(message is WorkProtocol.Lease && to.Node == "r2", "it got work");
        cluster.Until(() => cluster.Facts.Any(fact => fact is RunEvents.StepTrained), "step 1");

        var node = Nodes(cluster).Single(status => status.Name == "r2");

        Assert.Equal(NodeState.Stale, node.State);
        Assert.Contains("made on the data set", node.Reason, StringComparison.Ordinal);
        Completes(cluster);
    }

    [Fact]
    public void The_same_spec_again_is_the_same_run_and_another_one_is_refused()
    {
        using var cluster = new SimCluster(_machine, 1);

        var first = cluster.Ask<RunProtocol.Answer>(new CoordinatorRequests.Submit(new RunId("held"), "seed: 5"));
        var again = cluster.Ask<RunProtocol.Answer>(new CoordinatorRequests.Submit(new RunId("held"), "seed: 5"));
        var other = cluster.Ask<RunProtocol.Answer>(new CoordinatorRequests.Submit(new RunId("waits"), "seed: 5"));

        Assert.All([first, again, other], answer => Assert.Equal(RunProtocol.AnswerKind.Working, answer.Kind));
        foreach (var name in new[] { "waits", "held" })
        {
            var another = cluster.Ask<RunProtocol.Answer>(new CoordinatorRequests.Submit(new RunId(name), "seed: 6"));
            Assert.Equal(RunProtocol.AnswerKind.Refused, another.Kind);
            Assert.Contains("another spec", another.Text, StringComparison.Ordinal);
        }

        Assert.Single(_machine.Database.Facts(new RunId("held")).OfType<RunEvents.Submitted>());
        Assert.Single(_machine.Database.Facts(new RunId("waits")));
        Assert.DoesNotContain(_machine.Database.Facts(new RunId("held")), fact => fact is RunEvents.Failed);
    }

    [Fact]
    public void Runs_are_worked_on_one_after_the_other_in_the_order_of_their_submission()
    {
        using var cluster = new SimCluster(_machine, 1);
        RunId[] runs = [new("zebra"), new("ant")];
        foreach (var run in runs)
        {
            cluster.Ask<RunProtocol.Answer>(new CoordinatorRequests.Submit(run, "seed: 5"));
        }

        cluster.Until(() => _machine.Database.Facts(runs[0]) is [.., RunEvents.Completed], "the end of the first");
        var ended = _machine.Database.Facts(runs[0])[^1].At;
        cluster.Until(() => _machine.Database.Facts(runs[1]) is [.., RunEvents.Completed], "the end of the second");
        Assert.True(_machine.Database.Facts(runs[1]).OfType<RunEvents.Started>().Single().At >= ended);
        Assert.Equal(Weights(runs[0]), Weights(runs[1]));
    }

    [Fact]
    public void A_run_pauses_at_a_boundary_goes_on_when_it_is_resumed_and_ends_for_good_when_it_is_stopped()
    {
        using var cluster = Cluster();
        cluster.Until(() => cluster.Facts.Any(fact => fact is RunEvents.StepTrained), "step 1");

        Assert.Equal(RunProtocol.AnswerKind.Working, cluster.Ask<RunProtocol.Answer>(new CoordinatorRequests.Pause(cluster.Run)).Kind);
        cluster.Until(() => cluster.Facts[^1] is RunEvents.Paused, "the pause");
        cluster.Until(() => cluster.Ask<RunProtocol.Answer>(new CoordinatorRequests.Pause(cluster.Run)).Kind == RunProtocol.AnswerKind.Refused, "nothing to pause");
        cluster.Ask<RunProtocol.Answer>(new CoordinatorRequests.Resume(cluster.Run, false));
        cluster.Until(() => cluster.Facts.Any(fact => fact is RunEvents.StepTrained { Step: 2 }), "step 2");
        cluster.Ask<RunProtocol.Answer>(new CoordinatorRequests.Stop(cluster.Run));
        cluster.Until(() => cluster.Facts[^1] is RunEvents.Stopped, "the stop");

        Assert.True(RunAudit.Of(cluster.Facts).IsClean);
        Assert.Equal(RunProtocol.AnswerKind.Refused, cluster.Ask<RunProtocol.Answer>(new CoordinatorRequests.Resume(cluster.Run, false)).Kind);
    }

    [Fact]
    public void A_coordinator_that_was_frozen_and_replaced_meets_the_unique_index_when_it_wakes()
    {
        using var cluster = Cluster();
        cluster.Until(() => cluster.Facts.Any(fact => fact is RunEvents.StepPlanned { Step: 2 }), "step 2");
        var old = cluster.Active!;

        cluster.FreezeCoordinator(ticks: 300, livesOn: 100_000);
        cluster.Until(() => !old.IsAlive, "the end of the coordinator that was replaced");

        Assert.True(cluster.Fenced > 0);
        Completes(cluster);
    }

    [Fact]
    public void A_coordinator_that_was_replaced_does_not_take_the_run_back_from_who_replaced_it()
    {
        using var cluster = Cluster();
        cluster.Until(() => cluster.Facts.Any(fact => fact is RunEvents.StepPlanned { Step: 1 }), "step 1");
        var old = cluster.Active!;

        cluster.FreezeCoordinator(ticks: 120, livesOn: 100_000);
        cluster.Until(() => !old.IsAlive, "the end of the coordinator that was replaced");

        Assert.True(cluster.Fenced > 0);
        Assert.IsNotType<RunEvents.Completed>(cluster.Facts[^1]);
        Assert.Single(cluster.Facts.OfType<RunEvents.Resumed>());
        Completes(cluster);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_coordinator_that_stood_still_while_it_put_the_run_together_does_not_take_it_from_who_took_it_up_meanwhile(bool inVain)
    {
        using var cluster = Cluster();
        cluster.Until(() => cluster.Facts.Any(fact => fact is RunEvents.StepPlanned { Step: 1 }), "step 1");
        var gathered = new TaskCompletionSource();
        cluster.Gathered = gathered.Task;
        cluster.CrashCoordinator(takenOverAfter: 1);
        cluster.Until(() => cluster.Active is not null, "the next coordinator");
        var late = cluster.Active!;
        cluster.Gathered = null;
        cluster.FreezeCoordinator(ticks: 100_000, livesOn: 100_000);
        cluster.Until(() => cluster.Facts[^1] is RunEvents.StepPlanned { Step: 2 }, "step 2 in the epoch of the third");

        if (inVain)
        {
            gathered.SetException(new InputException("There is no such data set here."));
        }
        else
        {
            gathered.SetResult();
        }

        _machine.Wake(late);
        cluster.Until(() => !late.IsAlive, "the end of the coordinator that was late");

        Assert.Equal([2], cluster.Facts.OfType<RunEvents.Resumed>().Select(resumed => resumed.Epoch.Value));
        Completes(cluster);
        Assert.Equal(0, cluster.Fenced);
    }

    [Fact]
    public void A_coordinator_that_takes_over_begins_with_a_snapshot()
    {
        using var cluster = Cluster();
        cluster.Until(() => cluster.Facts.Any(fact => fact is RunEvents.StepTrained { Step: 1 }), "step 1");
        Assert.Equal(0, _machine.Database.Offered);

        cluster.CrashCoordinator(takenOverAfter: 1);

        Completes(cluster);
        Assert.Equal(1, _machine.Database.Offered);
    }

    [Fact]
    public void A_database_that_goes_away_and_comes_back_costs_no_process()
    {
        using var cluster = Cluster();
        cluster.Until(() => cluster.Facts.Any(fact => fact is RunEvents.StepPlanned { Step: 1 }), "step 1");
        var active = cluster.Active;

        _machine.Database.IsDown = true;
        _machine.After(100, () => _machine.Database.IsDown = false);

        Completes(cluster);
        Assert.Same(active, cluster.Active);
        Assert.Contains(cluster.Facts, fact => fact is RunEvents.Resumed);
    }

    [Fact]
    public void A_learner_that_outlives_its_coordinator_trains_no_step_again()
    {
        using var cluster = Cluster();
        cluster.Until(() => cluster.Facts.Any(fact => fact is RunEvents.StepPlanned { Step: 2 }), "step 2");

        cluster.CrashCoordinator(takenOverAfter: 30);

        Completes(cluster);
        Assert.Single(cluster.Facts.OfType<RunEvents.Resumed>());
        Assert.Equal(cluster.Facts.OfType<RunEvents.StepTrained>().Select(step => step.Step), _machine.Applied);
    }

    [Fact]
    public void A_step_that_was_trained_and_could_not_be_journaled_is_not_trained_again()
    {
        using var cluster = Cluster();
        WaitFor<LearningProtocol.LearnerAt>(cluster, at => at.Position == new RunPosition(RunStage.Reinforcement, 3));

        _machine.Database.IsDown = true;
        _machine.After(100, () => _machine.Database.IsDown = false);

        Completes(cluster);
        Assert.Contains(cluster.Facts, fact => fact is RunEvents.Resumed);
        Assert.Equal(cluster.Facts.OfType<RunEvents.StepTrained>().Select(step => step.Step), _machine.Applied);
    }

    [Fact]
    public void A_write_that_was_stored_without_its_writer_hearing_of_it_counts_once()
    {
        using var cluster = Cluster();
        cluster.Until(() => cluster.Facts.Any(fact => fact is RunEvents.StepPlanned { Step: 1 }), "step 1");

        _machine.Database.Unheard = 1;

        Completes(cluster);
    }

    private SimCluster Cluster()
    {
        var cluster = new SimCluster(_machine, 1);
        cluster.Submit();
        return cluster;
    }

    private (T Message, SimProcess From, SimProcess To) WaitFor<T>(SimCluster cluster, Func<T, bool> wanted, SimProcess? from = null, SimProcess? to = null)
    {
        (T Message, SimProcess From, SimProcess To)? found = null;
        var before = _machine.Seen;
        _machine.Seen = (message, sender, receiver) =>
        {
            before?.Invoke(message, sender, receiver);
            if (found is null && message is T typed && wanted(typed) && (from is null || sender == from) && (to is null || receiver == to))
            {
                found = (typed, sender, receiver);
            }
        };
        cluster.Until(() => found is not null, typeof(T).Name);
        _machine.Seen = before;
        return found!.Value;
    }

    private static RunEvents.FaultObserved Fault(SimCluster cluster, string node)
    {
        cluster.Until(() => cluster.Facts.OfType<RunEvents.FaultObserved>().Any(fault => fault.Node == node), "the fault");
        return cluster.Facts.OfType<RunEvents.FaultObserved>().First(fault => fault.Node == node);
    }

    private void Completes(SimCluster cluster)
    {
        cluster.Until(() => cluster.Facts[^1] is RunEvents.Completed, "the end");
        Assert.Empty(_machine.Database.Violations);
        Assert.Empty(_machine.Refused);
        Assert.True(RunAudit.Of(cluster.Facts).IsClean);
        Assert.Equal(SimSchedule.Bits(shared.Undisturbed["sync"]).Order(), SimSchedule.Bits(cluster.Facts).Distinct().Order());
    }

    private string Weights(RunId run) => string.Join(' ', _machine.Database.Facts(run).OfType<RunEvents.StepTrained>().Select(trained => trained.Weights));

    private static IReadOnlyList<NodeStatus> Nodes(SimCluster cluster) => cluster.Ask<CoordinatorRequests.NodeList>(new CoordinatorRequests.Nodes()).Items;

    private static void Order(SimCluster cluster, string node, CoordinatorRequests.NodeChange change) =>
        Assert.Equal(ControlKind.Done, cluster.Ask<ControlAnswer>(new CoordinatorRequests.Node(node, change)).Kind);
}
