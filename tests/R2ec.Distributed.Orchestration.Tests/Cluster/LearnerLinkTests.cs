using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit;
using Microsoft.Extensions.Time.Testing;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Cluster;
using R2ec.Distributed.Orchestration.Learning;
using R2ec.Distributed.Orchestration.Runs;
using static R2ec.Distributed.Orchestration.Cluster.ClusterProtocol;
using static R2ec.Distributed.Orchestration.Learning.LearningProtocol;

namespace R2ec.Distributed.Orchestration.Tests.Cluster;

public sealed class LearnerLinkTests : TestKit
{
    private static readonly RunId Run = new("linked");
    private static readonly Epoch First = new(1);
    private static readonly Digest Weights = Digest.Of("weights"u8);
    private readonly FakeTimeProvider _clock = new();
    private readonly Holders _holders = new();
    private readonly TestProbe _run;
    private readonly IActorRef _link;

    public LearnerLinkTests()
        : base("""akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit" """)
    {
        _run = CreateTestProbe("run");
        _link = _run.ChildActorOf(LearnerLink.Props(Run, _holders, new WorkOptions(), _clock));
    }

    [Fact]
    public void A_restoration_goes_to_the_seat_that_asked_last_and_waits_where_none_did()
    {
        var (early, late) = (CreateTestProbe(), CreateTestProbe());
        _link.Tell(new Restore(First, []), _run);
        Ask(early, "l1");

        Assert.Equal(First, early.ExpectMsg<Restore>().Epoch);
        Ask(late, "l2");
        _link.Tell(new BeginReinforcement(First), _run);
        early.FishForMessage(message => message is BeginReinforcement);
        late.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public void An_order_whose_answer_does_not_come_is_given_again_on_every_sign_of_life()
    {
        var seat = Appointed("l1");
        _link.Tell(new TrainWarmStart(First, 25), _run);
        seat.ExpectMsg<TrainWarmStart>();

        Ask(seat, "l1");
        seat.ExpectMsg<TrainWarmStart>();
        Answer(seat, new RunPosition(RunStage.WarmStart, 25));
        Ask(seat, "l1");
        seat.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public void An_answer_that_comes_twice_is_told_once()
    {
        var seat = Appointed("l1");
        _link.Tell(new TrainWarmStart(First, 25), _run);

        _link.Tell(new LearnerAt(First, RunPosition.Start, Weights, [], IsRestored: true), seat);
        Answer(seat, new RunPosition(RunStage.WarmStart, 25));
        Answer(seat, new RunPosition(RunStage.WarmStart, 25));

        Assert.Equal(25, _run.ExpectMsg<LearnerAt>().Position.Step);
        _run.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
        Assert.Equal((Weights, "l1:1"), Assert.Single(_holders.Known.Distinct()));
    }

    [Fact]
    public void A_seat_that_is_silent_for_two_leases_is_lost_and_no_other_is_appointed_before_the_run_says_so()
    {
        var (seat, other) = (Appointed("l1"), CreateTestProbe());
        _clock.Advance(TimeSpan.FromSeconds(15));
        Ask(other, "l2");
        _clock.Advance(TimeSpan.FromSeconds(6));
        ((TestScheduler)Sys.Scheduler).Advance(TimeSpan.FromSeconds(1));

        var lost = _run.ExpectMsg<LearnerLost>();

        Assert.Equal((First, "l1", "no sign of life for 21.0 s"), (lost.Epoch, lost.Node, lost.Evidence));
        Ask(other, "l2");
        other.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
        _link.Tell(new Restore(First.Next(), []), _run);
        Assert.Equal(2, other.ExpectMsg<Restore>().Epoch.Value);
        seat.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
    }

    [Fact]
    public void A_node_that_asks_as_another_process_has_lost_its_seat_at_once()
    {
        Appointed("l1");

        Ask(CreateTestProbe(), "l1", seat: "second");

        Assert.Equal("node l1 lives again as another process", _run.ExpectMsg<LearnerLost>().Evidence);
    }

    [Fact]
    public void A_learner_that_fails_by_its_nodes_fault_gives_the_seat_to_another_and_is_taken_again_where_there_is_none()
    {
        var (seat, other) = (Appointed("l1"), CreateTestProbe());
        _link.Tell(new Restore(First.Next(), []), _run);
        seat.ExpectMsg<Restore>();
        _link.Tell(new LearnerFailed(First.Next(), "no space left on device", FailureKind.Fault), seat);
        _run.ExpectMsg<LearnerFailed>();
        _link.Tell(new Restore(new Epoch(3), []), _run);
        Assert.Equal(3, seat.ExpectMsg<Restore>().Epoch.Value);

        Ask(other, "l2");
        Ask(seat, "l1");
        seat.ExpectMsg<Restore>();
        _link.Tell(new LearnerFailed(new Epoch(3), "what it needed was lost", FailureKind.Lost), seat);
        _run.ExpectMsg<LearnerFailed>();
        _link.Tell(new Restore(new Epoch(3), []), _run);
        seat.ExpectMsg<Restore>();
        _link.Tell(new LearnerFailed(new Epoch(3), "no space left on device", FailureKind.Fault), seat);
        _run.ExpectMsg<LearnerFailed>();
        Ask(seat, "l1");
        _link.Tell(new Restore(new Epoch(4), []), _run);

        Assert.Equal(4, other.ExpectMsg<Restore>().Epoch.Value);
    }

    [Fact]
    public void Shards_are_asked_of_the_learner_alone()
    {
        var (seat, other) = (Appointed("l1"), CreateTestProbe());
        Ask(other, "l2");

        _link.Tell(new AskForShard("worker"), _run);

        seat.ExpectMsg<AskForShard>();
        other.ExpectNoMsg(TimeSpan.FromMilliseconds(50));
    }

    private TestProbe Appointed(string node)
    {
        var seat = CreateTestProbe();
        Ask(seat, node);
        _link.Tell(new Restore(First, []), _run);
        seat.ExpectMsg<Restore>();
        _link.Tell(new LearnerAt(First, RunPosition.Start, Weights, [], IsRestored: true), seat);
        _run.ExpectMsg<LearnerAt>();
        return seat;
    }

    private void Ask(IActorRef from, string node, string seat = "first") => _link.Tell(new AskForSeat(node, $"/user/{node}/{seat}", $"{node}:1", First), from);

    private void Answer(IActorRef seat, RunPosition at) => _link.Tell(new LearnerAt(First, at, Weights, []), seat);

    private sealed class Holders : IHolders
    {
        internal List<(Digest What, string Holder)> Known { get; } = [];

        public void Add(Digest what, string holder) => Known.Add((what, holder));
    }
}
