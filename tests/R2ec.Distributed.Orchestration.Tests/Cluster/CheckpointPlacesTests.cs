using Akka.TestKit;
using Akka.TestKit.Xunit;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Cluster;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Weights;

namespace R2ec.Distributed.Orchestration.Tests.Cluster;

public sealed class CheckpointPlacesTests : TestKit
{
    private const string Learner = "learner-0";
    private static readonly RunId Run = new("kept");
    private static readonly CheckpointRecord First = Record(1), Second = Record(2);

    private readonly HolderDirectory _holders = new();
    private readonly Dictionary<string, TestProbe> _keepers = [];
    private CheckpointPlaces _places;
    private TimeSpan _now;

    public CheckpointPlacesTests() => _places = Places(2);

    [Fact]
    public void The_learners_node_verifies_and_one_other_learner_copies_before_any_other_node()
    {
        Offer("reward-0");
        Offer("learner-1");
        Offer(Learner);
        _places.Written(Keep(First));

        Look();

        Assert.Equal(Bulk(Learner), Ordered(Learner).Holder);
        Assert.Equal(Bulk(Learner), Ordered("learner-1").Holder);
        Nothing("reward-0");
    }

    [Fact]
    public void A_node_of_another_role_copies_where_learners_are_too_few()
    {
        Offer(Learner);
        Offer("rollout-0");
        _places.Written(Keep(First));

        Look();

        Ordered(Learner);
        Assert.Equal(["step-000001"], Ordered("rollout-0").Keep);
    }

    [Fact]
    public void What_enough_nodes_hold_is_said_once_and_they_are_known_as_holders()
    {
        Offer(Learner, First);
        Assert.Null(_places.News());
        Offer("learner-1", First);

        Assert.Equal([First.Manifest], _places.News()!);
        Assert.Null(_places.News());
        Assert.Equal([Bulk("learner-1"), Bulk(Learner)], _holders.Of(First.Manifest));
    }

    [Fact]
    public void A_holder_that_is_silent_counts_no_more_and_another_node_copies()
    {
        Offer(Learner, First);
        Offer("learner-1", First);
        Offer("rollout-0");
        _places.Written(Keep(First));
        Look();
        Nothing("rollout-0");
        Assert.NotNull(_places.News());

        _now = TimeSpan.FromSeconds(21);
        Offer(Learner, First);
        Offer("rollout-0");
        Look();

        Assert.Equal(Bulk(Learner), Ordered("rollout-0").Holder);
        Assert.Empty(_places.News()!);
    }

    [Fact]
    public void An_order_is_given_again_only_after_a_while()
    {
        Offer(Learner, First);
        Offer("learner-1");
        _places.Written(Keep(First));
        Look();
        Ordered("learner-1");
        Look();
        Nothing("learner-1");

        _now = TimeSpan.FromSeconds(100);
        Offer(Learner, First);
        Offer("learner-1");
        Look();

        Ordered("learner-1");
    }

    [Fact]
    public void A_restoration_has_the_newest_checkpoint_of_the_journal_looked_after_and_removes_nothing()
    {
        Offer(Learner);
        _places.Restored(Run, [Second, First]);

        Look();

        var keep = Ordered(Learner);
        Assert.Equal(Second, keep.Checkpoint);
        Assert.Empty(keep.Keep);
    }

    [Fact]
    public void What_is_kept_no_longer_goes_from_every_node_but_the_learners_once_enough_nodes_have_the_newest()
    {
        Offer(Learner, Second);
        Offer("learner-1", First);
        Offer("rollout-0", First);
        _places.Written(Keep(Second));
        Look();
        Ordered("learner-1");
        Nothing("rollout-0");

        Offer("learner-1", First, Second);
        Look();
        Look();

        Assert.All(["learner-1", "rollout-0"], node => Assert.Equal(["step-000002"], _keepers[node].ExpectMsg<ClusterProtocol.DropCheckpoints>().Keep));
        Assert.All(_keepers.Keys, Nothing);
    }

    [Fact]
    public void One_node_is_enough_where_one_is_asked_for()
    {
        _places = Places(1);
        Offer(Learner);
        Offer("learner-1");
        _places.Written(Keep(First));

        Look();

        Ordered(Learner);
        Nothing("learner-1");
    }

    private static CheckpointRecord Record(int step) => new(new RunPosition(RunStage.Reinforcement, step), Digest.Of([(byte)step]), $"step-{step:000000}");

    private static ClusterProtocol.KeepCheckpoint Keep(CheckpointRecord checkpoint) => new(Run, checkpoint, "", [checkpoint.Folder]);

    private static string Bulk(string node) => $"{node}:1";

    private CheckpointPlaces Places(int replicas) => new(_holders, new WorkOptions { Replicas = replicas });

    private void Look() => _places.Look(Bulk(Learner), _now);

    private void Offer(string node, params CheckpointRecord[] held)
    {
        if (!_keepers.TryGetValue(node, out var keeper))
        {
            _keepers[node] = keeper = CreateTestProbe();
        }

        _places.Offer(new ClusterProtocol.OfferKeeping(node, $"/user/{node}.1/keeper", Bulk(node), node.StartsWith("learner", StringComparison.Ordinal), [.. held.Select(checkpoint => checkpoint.Manifest)]), keeper.Ref, _now);
    }

    private ClusterProtocol.KeepCheckpoint Ordered(string node) => _keepers[node].ExpectMsg<ClusterProtocol.KeepCheckpoint>();

    private void Nothing(string node) => Assert.False(_keepers[node].HasMessages);
}
