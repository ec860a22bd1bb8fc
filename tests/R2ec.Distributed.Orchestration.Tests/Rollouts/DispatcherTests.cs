using Akka.Actor;
using Akka.TestKit.Xunit;
using Microsoft.Extensions.Time.Testing;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Rollouts;
using R2ec.Distributed.Orchestration.Runs;

namespace R2ec.Distributed.Orchestration.Tests.Rollouts;

public sealed class DispatcherTests : TestKit
{
    private static readonly Digest Policy = Digest.Of("policy"u8);
    private static readonly RunId Run = new("dispatched");
    private readonly FakeTimeProvider _clock = new();
    private readonly MemoryBlobStore _blobs = new();
    private readonly IActorRef _dispatcher;

    public DispatcherTests() =>
        _dispatcher = Sys.ActorOf(RolloutDispatcher.Props(Run, _blobs, new WorkOptions { Beat = TimeSpan.FromHours(1) }, _clock));

    [Fact]
    public void A_worker_that_waits_gets_work_as_soon_as_there_is_some()
    {
        var worker = CreateTestProbe();
        Ask(worker, "w1", WorkKind.Encode);
        Enqueue("1/encode/0/0", WorkKind.Encode);

        var lease = worker.ExpectMsg<WorkProtocol.Lease>();
        Finish(worker, lease);

        Assert.Equal(new WorkId("1/encode/0/0"), ExpectMsg<WorkProtocol.WorkFinished>().Work);
        Assert.Equal(1, _blobs.Count);
    }

    [Fact]
    public void A_lease_that_expires_goes_to_another_worker_and_the_late_result_is_ignored()
    {
        var (slow, quick) = (CreateTestProbe(), CreateTestProbe());
        Ask(slow, "slow", WorkKind.Encode);
        Enqueue("1/encode/0/0", WorkKind.Encode);
        var first = slow.ExpectMsg<WorkProtocol.Lease>();

        _clock.Advance(TimeSpan.FromSeconds(11));
        _dispatcher.Tell(RolloutDispatcher.Beat.Instance);
        Ask(quick, "quick", WorkKind.Encode);
        var second = quick.ExpectMsg<WorkProtocol.Lease>();
        Finish(slow, first);
        ExpectNoMsg(TimeSpan.FromMilliseconds(100));
        Finish(quick, second);
        Finish(quick, second);

        Assert.Equal(2, second.Attempt.Value);
        ExpectMsg<WorkProtocol.WorkFinished>();
        ExpectNoMsg(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void A_sign_of_life_keeps_the_lease()
    {
        var (worker, other) = (CreateTestProbe(), CreateTestProbe());
        Ask(worker, "w1", WorkKind.Encode);
        Enqueue("1/encode/0/0", WorkKind.Encode);
        var lease = worker.ExpectMsg<WorkProtocol.Lease>();

        _clock.Advance(TimeSpan.FromSeconds(9));
        _dispatcher.Tell(new WorkProtocol.StillWorking(Run, lease.Work, lease.Attempt), worker);
        _clock.Advance(TimeSpan.FromSeconds(9));
        _dispatcher.Tell(RolloutDispatcher.Beat.Instance);
        Ask(other, "w2", WorkKind.Encode);

        other.ExpectNoMsg(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void A_bundle_that_was_generated_is_rewarded_before_it_is_finished()
    {
        var (rollout, reward) = (CreateTestProbe(), CreateTestProbe());
        Ask(rollout, "rollout", WorkKind.Rollout);
        Ask(reward, "reward", WorkKind.Reward);
        Enqueue("1/rollout/1/0", WorkKind.Rollout);

        Finish(rollout, rollout.ExpectMsg<WorkProtocol.Lease>());
        var lease = reward.ExpectMsg<WorkProtocol.Lease>();
        Assert.Equal(WorkKind.Reward, lease.Kind);
        Finish(reward, lease, held: null);

        var finished = ExpectMsg<WorkProtocol.WorkFinished>();
        Assert.Equal((new WorkId("1/rollout/1/0"), Policy), (finished.Work, finished.Policy!.Value));
    }

    [Fact]
    public void Failures_are_tried_again_within_a_budget_and_then_told()
    {
        var worker = CreateTestProbe();
        Enqueue("1/encode/0/0", WorkKind.Encode);
        for (var failure = 0; failure < 3; failure++)
        {
            Ask(worker, "w1", WorkKind.Encode);
            var lease = worker.ExpectMsg<WorkProtocol.Lease>();
            _dispatcher.Tell(new WorkProtocol.WorkFailed(Run, lease.Work, lease.Attempt, "hot", FailureKind.Fault), worker);
        }

        Assert.Equal("hot", ExpectMsg<WorkProtocol.WorkExhausted>().Reason);
        Assert.Equal(0, _blobs.Count);
    }

    [Fact]
    public void A_worker_that_fails_at_once_does_not_use_up_the_budget_of_what_another_can_do()
    {
        var (bad, good) = (CreateTestProbe(), CreateTestProbe());
        Enqueue("1/encode/0/0", WorkKind.Encode);
        Ask(bad, "bad", WorkKind.Encode);
        var lease = bad.ExpectMsg<WorkProtocol.Lease>();
        _dispatcher.Tell(new WorkProtocol.WorkFailed(Run, lease.Work, lease.Attempt, "disk full", FailureKind.Fault), bad);
        Ask(good, "good", WorkKind.Encode);
        good.ExpectMsg<WorkProtocol.Lease>();
        Enqueue("1/encode/0/1", WorkKind.Encode);
        Ask(bad, "bad", WorkKind.Encode);

        Ask(good, "good", WorkKind.Encode);

        Assert.Equal(new WorkId("1/encode/0/1"), good.ExpectMsg<WorkProtocol.Lease>().Work);
        Enqueue("1/encode/0/2", WorkKind.Encode);
        _clock.Advance(TimeSpan.FromSeconds(10));
        Ask(bad, "bad", WorkKind.Encode);
        Assert.Equal(new WorkId("1/encode/0/2"), bad.ExpectMsg<WorkProtocol.Lease>().Work);
    }

    [Fact]
    public void What_a_person_has_to_mend_is_not_tried_again()
    {
        var worker = CreateTestProbe();
        Enqueue("1/encode/0/0", WorkKind.Encode);
        Ask(worker, "w1", WorkKind.Encode);
        var lease = worker.ExpectMsg<WorkProtocol.Lease>();

        _dispatcher.Tell(new WorkProtocol.WorkFailed(Run, lease.Work, lease.Attempt, "mend me", FailureKind.Input), worker);

        Assert.True(ExpectMsg<WorkProtocol.WorkExhausted>().IsInput);
    }

    [Fact]
    public void The_bundle_that_costs_most_goes_first()
    {
        var worker = CreateTestProbe();
        Enqueue("1/encode/0/0", WorkKind.Encode, cost: 1);
        Enqueue("1/encode/0/1", WorkKind.Encode, cost: 5);

        Ask(worker, "w1", WorkKind.Encode);

        Assert.Equal("1/encode/0/1", worker.ExpectMsg<WorkProtocol.Lease>().Work.Value);
    }

    [Fact]
    public void A_worker_that_works_fetches_one_bundle_ahead()
    {
        var worker = CreateTestProbe();
        Enqueue("1/encode/0/0", WorkKind.Encode);
        Enqueue("1/encode/0/1", WorkKind.Encode);
        Enqueue("1/encode/0/2", WorkKind.Encode);
        for (var ask = 0; ask < 3; ask++)
        {
            Ask(worker, "w1", WorkKind.Encode);
        }

        var first = worker.ExpectMsg<WorkProtocol.Lease>();
        worker.ExpectMsg<WorkProtocol.Lease>();
        worker.ExpectNoMsg(TimeSpan.FromMilliseconds(100));
        Finish(worker, first);

        Assert.Equal("1/encode/0/2", worker.ExpectMsg<WorkProtocol.Lease>().Work.Value);
    }

    [Fact]
    public void What_was_fetched_ahead_goes_to_a_worker_that_has_nothing_and_its_holder_is_told()
    {
        var (slow, idle) = (CreateTestProbe(), CreateTestProbe());
        Enqueue("1/encode/0/0", WorkKind.Encode);
        Enqueue("1/encode/0/1", WorkKind.Encode);
        Ask(slow, "slow", WorkKind.Encode);
        slow.ExpectMsg<WorkProtocol.Lease>();
        Ask(slow, "slow", WorkKind.Encode);
        var ahead = slow.ExpectMsg<WorkProtocol.Lease>();

        Ask(idle, "idle", WorkKind.Encode);

        var taken = idle.ExpectMsg<WorkProtocol.Lease>();
        Assert.Equal((ahead.Work, 2), (taken.Work, taken.Attempt.Value));
        Assert.Equal(new WorkProtocol.Withdraw(Run, ahead.Work, ahead.Attempt), slow.ExpectMsg<WorkProtocol.Withdraw>());
    }

    [Fact]
    public void A_straggler_is_given_to_an_idle_worker_as_well_and_the_first_result_is_the_only_one()
    {
        var (slow, quick) = (CreateTestProbe(), CreateTestProbe());
        Pace(quick, seconds: 4);
        Enqueue("1/encode/1/0", WorkKind.Encode);
        Ask(slow, "slow", WorkKind.Encode);
        var first = slow.ExpectMsg<WorkProtocol.Lease>();
        _clock.Advance(TimeSpan.FromSeconds(9));
        _dispatcher.Tell(new WorkProtocol.StillWorking(Run, first.Work, first.Attempt), slow);
        _clock.Advance(TimeSpan.FromSeconds(4));
        Ask(quick, "quick", WorkKind.Encode);
        _dispatcher.Tell(RolloutDispatcher.Beat.Instance);

        var second = quick.ExpectMsg<WorkProtocol.Lease>();
        Finish(quick, second);
        Finish(slow, first);

        Assert.Equal((first.Work, 2), (second.Work, second.Attempt.Value));
        Assert.Equal(first.Work, ExpectMsg<WorkProtocol.WorkFinished>().Work);
        Assert.Equal(first.Attempt, slow.ExpectMsg<WorkProtocol.Withdraw>().Attempt);
        ExpectNoMsg(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void A_bundle_under_which_three_nodes_died_is_set_aside_and_those_who_asked_for_it_are_told()
    {
        Enqueue("1/rollout/1/0", WorkKind.Rollout);
        foreach (var node in new[] { "a", "b", "c" })
        {
            var worker = CreateTestProbe();
            Ask(worker, $"/user/{node}.1/run-1/rollout-0", WorkKind.Rollout);
            worker.ExpectMsg<WorkProtocol.Lease>();
            _dispatcher.Tell(new WorkProtocol.WorkersGone($"/user/{node}.1/", node), TestActor);
            Assert.Equal(1, FishForMessage(message => message is WorkProtocol.LeasesReturned) is WorkProtocol.LeasesReturned returned ? returned.Returned : 0);
        }

        var exhausted = ExpectMsg<WorkProtocol.WorkExhausted>();

        Assert.Contains("a, b, c", exhausted.Reason, StringComparison.Ordinal);
        Assert.False(exhausted.IsInput);
        Assert.Equal(0, _blobs.Count);
    }

    // Ten bundles that took so long each.
    private void Pace(Akka.TestKit.TestProbe worker, int seconds)
    {
        for (var bundle = 0; bundle < 10; bundle++)
        {
            Enqueue($"1/encode/0/{bundle}", WorkKind.Encode);
            Ask(worker, "pace", WorkKind.Encode);
            var lease = worker.ExpectMsg<WorkProtocol.Lease>();
            _clock.Advance(TimeSpan.FromSeconds(seconds));
            Finish(worker, lease);
            ExpectMsg<WorkProtocol.WorkFinished>();
        }

        _dispatcher.Tell(new WorkProtocol.WorkersGone("pace", ""), TestActor);
        ExpectMsg<WorkProtocol.LeasesReturned>();
    }

    private void Ask(IActorRef worker, string name, params WorkKind[] kinds) => _dispatcher.Tell(new WorkProtocol.AskForWork(name, [.. kinds.Select(kind => (int)kind)]), worker);

    private void Enqueue(string work, WorkKind kind, double cost = 1) =>
        _dispatcher.Tell(new WorkProtocol.Enqueue(new WorkId(work), kind, new Epoch(1), Policy, null, _blobs.Put([1]), cost), TestActor);

    private void Finish(IActorRef worker, WorkProtocol.Lease lease) => Finish(worker, lease, Policy);

    private void Finish(IActorRef worker, WorkProtocol.Lease lease, Digest? held) =>
        _dispatcher.Tell(new WorkProtocol.WorkDone(Run, lease.Work, lease.Attempt, lease.Epoch, held, null, _blobs.Put([(byte)(10 + lease.Attempt.Value)])), worker);
}
