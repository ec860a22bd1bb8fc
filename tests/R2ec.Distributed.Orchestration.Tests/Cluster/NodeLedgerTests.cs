using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Orchestration.Cluster;
using R2ec.Distributed.Orchestration.Runs;
using static R2ec.Distributed.Orchestration.Cluster.ClusterProtocol;

namespace R2ec.Distributed.Orchestration.Tests.Cluster;

public sealed class NodeLedgerTests
{
    private readonly NodeLedger _ledger = new(new WorkOptions { Beat = TimeSpan.FromSeconds(1), Lease = TimeSpan.FromSeconds(10) });

    [Fact]
    public void A_silent_node_is_suspect_after_three_beats_and_dead_after_a_lease_and_told_once()
    {
        Beat("a", "1", 0);

        Assert.Empty(_ledger.Look(Seconds(3)));
        Assert.Equal(NodeState.Healthy, State("a"));
        Assert.Empty(_ledger.Look(Seconds(3.5)));
        Assert.Equal(NodeState.Suspect, State("a"));
        Assert.Empty(_ledger.Look(Seconds(10)));
        var loss = Assert.Single(_ledger.Look(Seconds(10.5)));
        Assert.Equal(("a", "no sign of life for 10.5 s", Seconds(10.5)), (loss.Last.Node, loss.Evidence, loss.Silent));
        Assert.Equal(NodeState.Dead, State("a"));
        Assert.Empty(_ledger.Look(Seconds(30)));
        Assert.Empty(_ledger.Living());
    }

    [Fact]
    public void A_frozen_node_that_beats_again_is_healthy_and_can_be_lost_again()
    {
        Beat("a", "1", 0);
        _ledger.Look(Seconds(11));

        Assert.Null(Beat("a", "1", 12));

        Assert.Equal(NodeState.Healthy, State("a"));
        Assert.Single(_ledger.Look(Seconds(23)));
    }

    [Fact]
    public void Another_process_of_a_node_takes_its_place_and_the_old_ones_late_beats_do_not_bring_it_back()
    {
        Beat("a", "1", 0);

        var loss = Beat("a", "2", 1);

        Assert.Equal(("1", "its process was replaced by another"), (loss!.Last.Incarnation, loss.Evidence));
        Assert.Null(Beat("a", "1", 2));
        Assert.Equal(Seconds(1), Status("a", 2).BeatAge);
        Assert.Null(Beat("a", "2", 3));
    }

    [Fact]
    public void Of_a_node_that_was_dead_already_its_next_process_tells_no_second_loss()
    {
        Beat("a", "1", 0);
        Assert.Single(_ledger.Look(Seconds(11)));

        Assert.Null(Beat("a", "2", 12));
        Assert.Equal(NodeState.Healthy, State("a"));
    }

    [Fact]
    public void A_node_that_drains_hands_back_at_once_without_evidence_of_a_fault_and_is_drained_once_it_is_silent()
    {
        Beat("a", "1", 0);
        Assert.True(_ledger.Drain("a"));
        Assert.Equal(NodeOrder.Drain, _ledger.OrderFor("a"));

        var left = Beat("a", "1", 1, draining: true);

        Assert.Equal("", left!.Evidence);
        Assert.Null(Beat("a", "1", 2, draining: true));
        Assert.Equal(NodeState.Draining, State("a"));
        Assert.Empty(_ledger.Look(Seconds(13)));
        Assert.Equal(NodeState.Drained, State("a"));
    }

    [Fact]
    public void An_evicted_node_rests_until_it_is_readmitted_also_as_another_process()
    {
        Beat("a", "1", 0);

        Assert.Equal("", _ledger.Evict("a", Seconds(1))!.Evidence);

        Assert.Equal(NodeOrder.Rest, _ledger.OrderFor("a"));
        Beat("a", "2", 2);
        Assert.Equal((NodeOrder.Rest, NodeState.Evicted), (_ledger.OrderFor("a"), State("a")));
        Assert.True(_ledger.Readmit("a"));
        Assert.Equal((NodeOrder.Work, NodeState.Healthy), (_ledger.OrderFor("a"), State("a")));
    }

    [Fact]
    public void A_node_that_lacks_something_is_stale_and_says_why()
    {
        Beat("a", "1", 0, lacks: "the run was made on another data set");

        Assert.Equal((NodeState.Stale, "the run was made on another data set"), (State("a"), Status("a", 0).Reason));
    }

    [Fact]
    public void Nothing_is_ordered_of_a_node_that_nobody_knows()
    {
        Assert.False(_ledger.Drain("a"));
        Assert.False(_ledger.Readmit("a"));
        Assert.Null(_ledger.Evict("a", TimeSpan.Zero));
        Assert.Equal(NodeOrder.Work, _ledger.OrderFor("a"));
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private NodeLedger.Loss? Beat(string node, string life, double at, bool draining = false, string lacks = "") =>
        _ledger.Beat(new NodeBeat(node, life, ["rollout"], $"{node}:1", 1, 1, new RunId("r"), lacks, null, draining), Seconds(at));

    private NodeState State(string node) => Status(node, 0).State;

    private NodeStatus Status(string node, double at) => _ledger.Statuses(Seconds(at)).Single(status => status.Name == node);
}
