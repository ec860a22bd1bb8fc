using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Node.Api;
using R2ec.Distributed.Orchestration.Cluster;

namespace R2ec.Distributed.Node.Tests.Api;

public sealed class WhyRulesTests
{
    private static readonly NodeStatus Learner = FakeControl.Node("learner-1", weights: Journals.Weights), Reward = FakeControl.Node("reward-1"), Rollout = FakeControl.Node("rollout-1");

    [Fact]
    public void A_run_that_works_is_said_to()
    {
        var why = Why(Journals.UnderWay(), [Learner, Reward, Rollout]);

        Assert.Equal(("work goes on: the run collects the groups of step 2: 1 of 1 bundles are missing", "r2ec watch games", 6.0, "StepPlanned"), (why.Cause, why.Next, why.LastProgressSeconds!.Value, why.LastProgress));
    }

    [Fact]
    public void A_role_that_nobody_has_is_named() => Told(Why(Journals.UnderWay(), [Learner, Reward]), "no rollout node has joined", "r2ec nodes");

    [Fact]
    public void Nodes_that_are_not_healthy_are_named_with_their_state() =>
        Told(Why(Journals.UnderWay(), [Learner, Reward, FakeControl.Node("rollout-1", NodeState.Dead, "no beat for 9 s")]), "rollout-1 is Dead (no beat for 9 s)", "r2ec nodes");

    [Fact]
    public void Other_numerics_on_every_node_are_the_cause() =>
        Told(Why(Journals.UnderWay(), [Learner, Reward, FakeControl.Node("rollout-1", NodeState.Stale, "numerics: threads was 1 and is 2 here")]), "numerics of every rollout node differ", "r2ec nodes");

    [Fact]
    public void A_drained_node_may_be_readmitted() => Told(Why(Journals.UnderWay(), [Learner, Reward, FakeControl.Node("rollout-1", NodeState.Drained)]), "rollout-1 is Drained", "r2ec readmit rollout-1");

    [Fact]
    public void A_learner_that_holds_other_weights_is_restoring()
    {
        var facts = Journals.UnderWay();
        facts.AddRange(facts.OfType<RunEvents.GroupCompleted>().Select(g => g with { Group = g.Group with { Step = 2 } }).ToList());

        Told(Why(facts, [FakeControl.Node("learner-2", weights: Journals.D("version 0")), Reward, Rollout]), "trains step 2", "r2ec watch games");

        facts.Add(new RunEvents.Resumed(Journals.Run, new Epoch(2), new Dictionary<string, string> { ["threads"] = "1" }, FakeControl.Now));
        Told(Why(facts, [FakeControl.Node("learner-2", weights: Journals.D("version 0")), Reward, Rollout]), "learner was replaced", "r2ec faults games");
        Told(Why(facts, [Learner, Reward, Rollout]), "trains step 2", "r2ec watch games");
    }

    [Fact]
    public void A_wait_that_is_over_its_time_has_an_owner() =>
        Told(Why(Journals.UnderWay(), [Learner, Reward, Rollout], new WaitFact("bundle 2/0", "rollout-1", TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(4), "the dispatcher")), "bundle 2/0 waits for rollout-1 longer than it should; the dispatcher", "r2ec nodes");

    [Fact]
    public void A_lost_node_beside_healthy_ones_is_told() =>
        Told(Why(Journals.UnderWay(), [Learner, Reward, Rollout, FakeControl.Node("rollout-2", NodeState.Suspect)]), "without some nodes: rollout-2 is Suspect", "r2ec nodes");

    [Theory]
    [InlineData("paused", "the run is paused: budget spent", "r2ec resume games")]
    [InlineData("failed", "a person has to mend: no data", "r2ec resume games")]
    [InlineData("stopped", "stopped the run for good", "r2ec fetch games --out fetched")]
    [InlineData("completed", "the run is complete", "r2ec export games --out exported")]
    public void A_run_that_does_not_run_says_why(string how, string cause, string next)
    {
        var at = FakeControl.Now;
        IRunEvent end = how switch
        {
            "paused" => new RunEvents.Paused(Journals.Run, "budget spent", at),
            "failed" => new RunEvents.Failed(Journals.Run, "no data", at),
            "stopped" => new RunEvents.Stopped(Journals.Run, at),
            _ => new RunEvents.Completed(Journals.Run, at),
        };

        Told(Why([.. Journals.UnderWay(), end], []), cause, next);
    }

    [Fact]
    public void A_queued_run_waits_for_the_one_before_it_or_for_nodes()
    {
        var run = RunSummary.Of(Journals.Run, Journals.UnderWay()[..1], alive: true);

        Told(WhyReport.Of(new WhyFacts(run, null, [], [Learner, Rollout], "first", null, FakeControl.Now)), "that is run first now", "r2ec watch first");
        Told(WhyReport.Of(new WhyFacts(run, null, [], [], null, null, FakeControl.Now)), "no learner node has joined", "r2ec nodes");
        Told(WhyReport.Of(new WhyFacts(run, null, [], [Learner, Rollout], null, null, FakeControl.Now)), "about to begin", "r2ec watch games");
    }

    [Fact]
    public void A_database_that_does_not_answer_comes_before_anything_else_of_a_run_that_works()
    {
        var run = RunSummary.Of(Journals.Run, Journals.UnderWay(), alive: true);

        Told(WhyReport.Of(new WhyFacts(run, null, [], [], null, "connection refused", FakeControl.Now)), "database does not answer: connection refused", "r2ec nodes");
    }

    [Fact]
    public void All_that_is_in_work_is_told()
    {
        var facts = Journals.UnderWay();
        var started = facts.FindIndex(f => f is RunEvents.Started);
        facts[started] = (RunEvents.Started)facts[started] with { Plan = ((RunEvents.Started)facts[started]).Plan with { Steps = 3, Mode = TrainingMode.OneStepOff, MaxStaleness = 1 } };
        facts.AddRange(facts.OfType<RunEvents.GroupCompleted>().Select(g => g with { Group = g.Group with { Step = 2 } }).ToList());
        facts.Add(facts.OfType<RunEvents.StepPlanned>().Last() with { Step = 3 });

        Told(Why(facts, [Learner, Reward, Rollout]), "trains step 2; collects the groups of step 3: 1 of 1 bundles are missing", "r2ec watch games");
        Told(Why(facts, [Learner, Reward]), "no rollout node has joined", "r2ec nodes");
    }

    [Fact]
    public void Every_order_has_words() => Assert.All(
        typeof(RunOrder).GetNestedTypes().Where(t => !t.IsAbstract && t != typeof(RunOrder.Nothing)),
        type => Assert.NotEqual("nothing", WhyRules.Doing((RunOrder)Made(type))));

    private static object Made(Type type)
    {
        var constructor = type.GetConstructors().OrderByDescending(c => c.GetParameters().Length).First();
        return constructor.Invoke([.. constructor.GetParameters().Select(p => p.ParameterType switch
        {
            _ when p.ParameterType == typeof(StepRecord) => new StepRecord(1, [], [], Journals.Weights, 0, Journals.Weights, [], []),
            _ when p.ParameterType == typeof(StepAssembly) => new StepAssembly(1, Journals.Weights, [], new Staleness(0, 0, 0), null),
            _ when p.ParameterType == typeof(IReadOnlyList<int>) => Array.Empty<int>(),
            _ => Activator.CreateInstance(p.ParameterType),
        })]);
    }

    private static WhyReport Why(List<IRunEvent> facts, IReadOnlyList<NodeStatus> nodes, params WaitFact[] waits) =>
        WhyReport.Of(new WhyFacts(RunSummary.Of(Journals.Run, facts, alive: true), facts[^1], waits, nodes, null, null, FakeControl.Now.AddSeconds(10)));

    private static void Told(WhyReport why, string cause, string next)
    {
        Assert.Contains(cause, why.Cause, StringComparison.Ordinal);
        Assert.Equal(next, why.Next);
    }
}
