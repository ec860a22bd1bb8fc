using Akka.Actor;
using Akka.TestKit.Xunit;
using Microsoft.Extensions.Time.Testing;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Learning;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Wire;
using static R2ec.Distributed.Orchestration.Learning.LearningProtocol;

namespace R2ec.Distributed.Orchestration.Tests.Learning;

public sealed class ShardDeskTests : TestKit
{
    private static readonly RunId Run = new("sharded");
    private static readonly Digest Policy = Digest.Of("policy"u8);
    private static readonly ShardOrder Order = new(1, 0, [], [], false);

    [Fact]
    public async Task Gradients_that_were_lost_on_their_way_are_sent_again_when_the_worker_says_again_that_it_waits()
    {
        var (blobs, worker) = (new MemoryBlobStore(), CreateTestProbe());
        var desk = Sys.ActorOf(ShardDesk.Props(Run, blobs, new WorkOptions { Beat = TimeSpan.FromHours(1) }, new FakeTimeProvider()));
        var (forward, backward) = (new TaskCompletionSource<ShardForward>(), new TaskCompletionSource<ShardGradient>());
        desk.Tell(new ShardDesk.Forward(new Epoch(1), Policy, Order, forward));
        desk.Tell(new AskForShard("worker"), worker);
        var lease = worker.ExpectMsg<ShardLease>();
        var said = new ShardForwarded(Run, lease.Epoch, lease.Work, lease.Attempt, Policy, blobs.Put(BlobContracts.Write(new ShardForward(0, [1], [2], 3, 0))));
        desk.Tell(said, worker);
        Assert.Equal([1], (await forward.Task).Users);

        desk.Tell(new ShardDesk.Backward(new Epoch(1), Order, new VectorGradients([], []), backward));
        worker.ExpectMsg<ShardBackward>();
        desk.Tell(said, worker);

        Assert.Equal(lease.Attempt, worker.ExpectMsg<ShardBackward>().Attempt);
        desk.Tell(new ShardFinished(Run, lease.Epoch, lease.Work, lease.Attempt, blobs.Put([7]), null), worker);
        Assert.Equal([7], (await backward.Task).Gradient);
        Assert.Equal(0, blobs.Count);
    }

    [Fact]
    public void A_worker_that_fails_at_once_does_not_use_up_the_budget_of_what_another_can_do()
    {
        var (blobs, clock, bad, good) = (new MemoryBlobStore(), new FakeTimeProvider(), CreateTestProbe(), CreateTestProbe());
        var options = new WorkOptions { Beat = TimeSpan.FromHours(1) };
        var desk = Sys.ActorOf(ShardDesk.Props(Run, blobs, options, clock));
        desk.Tell(new AskForShard("bad"), bad);
        desk.Tell(new ShardDesk.Forward(new Epoch(1), Policy, Order, new()));
        var lease = bad.ExpectMsg<ShardLease>();
        desk.Tell(new AskForShard("good"), good);
        desk.Tell(new AskForShard("bad"), bad);

        desk.Tell(new ShardFailed(Run, lease.Epoch, lease.Work, lease.Attempt, "disk full", FailureKind.Fault), bad);

        Assert.Equal(lease.Work, good.ExpectMsg<ShardLease>().Work);
        desk.Tell(new ShardDesk.Forward(new Epoch(1), Policy, Order with { Shard = 1 }, new()));
        clock.Advance(options.Lease);
        desk.Tell(new AskForShard("bad"), bad);
        Assert.NotEqual(lease.Work, bad.ExpectMsg<ShardLease>().Work);
    }
}
