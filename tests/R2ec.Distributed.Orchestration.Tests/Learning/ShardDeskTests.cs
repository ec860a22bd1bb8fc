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
}
