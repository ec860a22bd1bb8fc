using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit;
using Microsoft.Extensions.Time.Testing;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Cluster;
using R2ec.Distributed.Orchestration.Learning;
using R2ec.Distributed.Orchestration.Payloads;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Tests.World;
using R2ec.Distributed.Orchestration.Threads;
using R2ec.Distributed.Orchestration.Weights;
using static R2ec.Distributed.Orchestration.Learning.LearningProtocol;

namespace R2ec.Distributed.Orchestration.Tests.Learning;

/// <summary>Who has seen an epoch hears no earlier one: the run's learner, and the seat that makes it anew.</summary>
public sealed class LearnerEpochTests : TestKit
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(100);
    private readonly Scratch _scratch = new();
    private readonly FakeTimeProvider _clock = new();

    public LearnerEpochTests()
        : base("""akka.scheduler.implementation = "Akka.TestKit.TestScheduler, Akka.TestKit" """)
    {
    }

    [Fact]
    public void A_learner_refuses_every_order_of_an_earlier_epoch()
    {
        var learner = Sys.ActorOf(LearnerActor.Props(Services(), TestActor, new LearnerMemory()));
        learner.Tell(new Restore(new Epoch(2), []), TestActor);
        Assert.Equal(new Epoch(2), ExpectMsg<LearnerAt>().Epoch);

        foreach (var order in new ILearnerOrder[] { new Restore(new Epoch(1), []), new TrainWarmStart(new Epoch(1), 25), new BeginReinforcement(new Epoch(1)) })
        {
            learner.Tell(order, TestActor);
            ExpectNoMsg(Quiet);
        }

        learner.Tell(new TrainWarmStart(new Epoch(2), 25), TestActor);
        Assert.Equal((new Epoch(2), 25), (ExpectMsg<LearnerAt>() is var at ? at.Epoch : default, at.Position.Step));
    }

    [Fact]
    public void A_seat_refuses_a_restoration_of_an_earlier_epoch_and_goes_on_saying_the_newest()
    {
        var (coordinator, run) = (CreateTestProbe(), CreateTestProbe());
        var seat = Sys.ActorOf(LearnerSeat.Props(new RunId("seated"), "l1", "l1:1", coordinator, Services()));
        seat.Tell(new Restore(new Epoch(2), []), run);
        Assert.Equal(new Epoch(2), run.ExpectMsg<LearnerAt>().Epoch);
        seat.Tell(new TrainWarmStart(new Epoch(2), 25), run);
        run.ExpectMsg<LearnerAt>();

        seat.Tell(new Restore(new Epoch(1), []), run);
        run.ExpectNoMsg(Quiet);

        ((TestScheduler)Sys.Scheduler).Advance(new WorkOptions().Beat);
        Assert.Equal(new Epoch(2), coordinator.ExpectMsg<ClusterProtocol.AskForSeat>().Epoch);

        // The learner of epoch 2 was not made anew: it still stands where it was.
        seat.Tell(new TrainWarmStart(new Epoch(2), 30), run);
        Assert.Equal(30, run.ExpectMsg<LearnerAt>().Position.Step);
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        _scratch.Dispose();
    }

    private LearnerServices Services() => new()
    {
        Spec = RunWorld.Small(),
        Book = new FakeBook(),
        Engine = new FakeLearnerEngine(5),
        Blobs = new MemoryBlobStore(),
        Payloads = _ => throw new InvalidOperationException("no step is trained here"),
        Weights = new FolderWeightStore(_scratch.Of("weights")),
        Checkpoints = new CheckpointFolder(_scratch.Of("checkpoints")),
        Bulk = WorkThread.AtOnce(),
        Clock = _clock,
        Work = new WorkOptions(),
    };
}
