using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Rollouts;
using R2ec.Distributed.Orchestration.Runs;

namespace R2ec.Distributed.Orchestration.Tests.Rollouts;

public sealed class PoolWorkerTests : TestKit
{
    private static readonly RunId Run = new("pooled");
    private readonly MemoryBlobStore _blobs = new();
    private readonly TestProbe _registry;
    private readonly Desk _desk = new();
    private readonly IActorRef _worker;

    public PoolWorkerTests()
    {
        _registry = CreateTestProbe();
        _worker = Sys.ActorOf(Props.Create(() => new DeskWorker(_registry.Ref, _blobs, new WorkOptions { Beat = TimeSpan.FromHours(1) }, _desk)));
        _registry.ExpectMsg<WorkProtocol.AskForWork>();
    }

    [Fact]
    public void It_asks_for_the_next_piece_while_it_works_and_begins_it_at_once()
    {
        Lease("1");
        _registry.ExpectMsg<WorkProtocol.AskForWork>();
        Lease("2");

        _desk.Finish("1");

        Assert.Equal("1", ExpectMsg<WorkProtocol.WorkDone>().Work.Value);
        _registry.ExpectMsg<WorkProtocol.AskForWork>();
        _desk.Finish("2");
        Assert.Equal("2", ExpectMsg<WorkProtocol.WorkDone>().Work.Value);
    }

    [Fact]
    public void A_piece_fetched_ahead_that_is_withdrawn_is_never_begun()
    {
        Lease("1");
        Lease("2");
        _worker.Tell(new WorkProtocol.Withdraw(Run, new WorkId("2"), new Attempt(1)), TestActor);

        _desk.Finish("1");

        ExpectMsg<WorkProtocol.WorkDone>();
        _worker.Tell(PoisonPill.Instance);
        ExpectNoMsg(TimeSpan.FromMilliseconds(100));
        Assert.Equal(["1"], _desk.Begun);
    }

    [Fact]
    public void A_piece_in_work_that_is_withdrawn_is_broken_off_and_nobody_is_told()
    {
        Lease("1");
        Lease("2");

        _worker.Tell(new WorkProtocol.Withdraw(Run, new WorkId("1"), new Attempt(1)), TestActor);
        _desk.Finish("2");

        Assert.Equal("2", ExpectMsg<WorkProtocol.WorkDone>().Work.Value);
        Assert.Equal(1, _blobs.Count - 1);                           // the result of 2 beside the content
    }

    [Fact]
    public void One_that_stops_hands_back_all_that_it_holds()
    {
        Lease("1");
        Lease("2");

        _worker.Tell(PoisonPill.Instance);

        Assert.Equal(
            [("1", FailureKind.Lost), ("2", FailureKind.Lost)],
            Enumerable.Range(0, 2).Select(_ => ExpectMsg<WorkProtocol.WorkFailed>()).Select(failed => (failed.Work.Value, failed.Kind)));
    }

    [Fact]
    public void A_lease_of_a_later_epoch_breaks_off_what_an_earlier_one_gave()
    {
        Lease("1");
        Lease("2");

        Lease("3", epoch: 2);
        _desk.Finish("3");

        Assert.Equal("3", ExpectMsg<WorkProtocol.WorkDone>().Work.Value);
        Assert.Equal(["1", "3"], _desk.Begun);
    }

    private void Lease(string work, int epoch = 1) =>
        _worker.Tell(new WorkProtocol.Lease(Run, new WorkId(work), new Attempt(1), WorkKind.Encode, new Epoch(epoch), null, null, _blobs.Put([1]), TimeSpan.FromSeconds(10)), TestActor);

    /// <summary>Work that ends when it is told to.</summary>
    private sealed class Desk
    {
        private readonly System.Collections.Concurrent.ConcurrentDictionary<string, TaskCompletionSource> _ends = new();

        internal System.Collections.Concurrent.ConcurrentQueue<string> Begun { get; } = [];

        internal void Finish(string work) => EndOf(work).TrySetResult();

        internal async Task DoAsync(string work, CancellationToken stop)
        {
            Begun.Enqueue(work);
            await EndOf(work).Task.WaitAsync(stop);
        }

        private TaskCompletionSource EndOf(string work) => _ends.GetOrAdd(work, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
    }

    private sealed class DeskWorker(IActorRef registry, IBlobStore blobs, WorkOptions options, Desk desk) : PoolWorker(registry, blobs, options, WorkKind.Encode)
    {
        protected override async Task<WorkResult> WorkAsync(WorkProtocol.Lease lease, Task<byte[]> fetched, CancellationToken stop)
        {
            await fetched;
            await desk.DoAsync(lease.Work.Value, stop);
            return new WorkResult(null, null, System.Text.Encoding.UTF8.GetBytes(lease.Work.Value));
        }
    }
}
