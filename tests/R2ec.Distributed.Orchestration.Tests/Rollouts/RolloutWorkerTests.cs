using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Blobs;
using R2ec.Distributed.Orchestration.Rollouts;
using R2ec.Distributed.Orchestration.Runs;
using R2ec.Distributed.Orchestration.Tests.World;
using R2ec.Distributed.Orchestration.Weights;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Tests.Rollouts;

/// <summary>A rollout worker that hears of later versions, on an engine whose bundles are held up between their first token and the others until the test lets them go.</summary>
public sealed class RolloutWorkerTests : TestKit
{
    private static readonly RunId Run = new("rolled");
    private readonly MemoryBlobStore _blobs = new();
    private readonly Shelf _shelf = new();
    private readonly TestProbe _registry;
    private readonly TestProbe _engine;
    private readonly IActorRef _worker;
    private readonly BlobRef _table;
    private readonly System.Collections.Concurrent.BlockingCollection<TaskCompletionSource> _begun = [];

    public RolloutWorkerTests()
    {
        (_registry, _engine) = (CreateTestProbe(), CreateTestProbe());
        _table = _blobs.Put([1, 2, 3]);
        var engine = new FakeRolloutEngine(2, BeginAsync, staged => _engine.Ref.Tell(staged));
        _worker = Sys.ActorOf(RolloutWorker.Props(_registry.Ref, _blobs, new WorkOptions { Beat = TimeSpan.FromHours(1) }, engine, _shelf));
    }

    [Fact]
    public void A_version_that_comes_in_the_middle_of_a_bundle_writes_the_tokens_behind_that_place()
    {
        var (first, second) = (_shelf.Put(0), _shelf.Put(1));
        Lease("1", first, later: first);
        var begun = Begun();

        Tell(second);
        Assert.Equal(second, _engine.ExpectMsg<PolicyVersion>());
        begun.SetResult();

        var group = Done("1", first);
        Assert.Equal((first.Policy, 2), (group.Policy, group.Versions!.Count));
        Assert.All(group.Completions, chain => Assert.Equal([new VersionSpan(0, 0), new VersionSpan(1, 1)], chain.Spans!));
    }

    [Fact]
    public void The_next_bundle_of_an_earlier_plan_begins_with_the_version_that_is_held_and_counts_as_its_plans()
    {
        var (first, second) = (_shelf.Put(0), _shelf.Put(1));
        Lease("1", first, later: first);
        Tell(second, Begun());
        Done("1", first);

        Lease("2", first, later: second);
        Begun().SetResult();

        var group = Done("2", first);
        Assert.Equal([first, second], group.Versions!);
        Assert.All(group.Completions, chain => Assert.Equal([new VersionSpan(0, 1)], chain.Spans!));
        Assert.DoesNotContain(first.Policy, _shelf.Asked.Skip(1));
    }

    [Fact]
    public void A_version_that_cannot_be_had_holds_up_nothing()
    {
        var (first, second, third) = (_shelf.Put(0), _shelf.Put(1), _shelf.Put(2));
        _shelf.Remove(second);
        Lease("1", first, later: first);
        var begun = Begun();
        EventFilter.Warning(contains: "Writes on without version 1").ExpectOne(() => Tell(second));
        begun.SetResult();
        Assert.Null(Done("1", first).Versions);

        Lease("2", first, later: second);
        Begun().SetResult();
        Assert.Null(Done("2", first).Versions);

        Lease("3", first, later: third);
        Assert.Equal(third, _engine.ExpectMsg<PolicyVersion>());
        Begun().SetResult();
        Assert.Equal([first, third], Done("3", first).Versions!);
    }

    [Fact]
    public void A_worker_that_holds_none_begins_with_the_newest_and_without_it_with_the_plans()
    {
        var (first, second) = (_shelf.Put(0), _shelf.Put(1));
        _shelf.Remove(second);
        Lease("1", first, later: second);
        Begun().SetResult();
        Assert.Null(Done("1", first).Versions);

        var other = Sys.ActorOf(RolloutWorker.Props(_registry.Ref, _blobs, new WorkOptions { Beat = TimeSpan.FromHours(1) }, new FakeRolloutEngine(2), _shelf));
        _shelf.Put(1);
        Lease("2", first, later: second, to: other);
        Assert.Equal([first, second], Done("2", first).Versions!);
    }

    [Fact]
    public void A_lease_without_a_later_version_is_written_by_its_own_whatever_was_told()
    {
        var (first, second) = (_shelf.Put(0), _shelf.Put(1));
        Tell(second);
        Lease("1", first, later: null);
        var begun = Begun();
        begun.SetResult();

        Assert.Null(Done("1", first).Versions);
    }

    private async Task BeginAsync()
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _begun.Add(go);
        await go.Task;
    }

    private TaskCompletionSource Begun() => _begun.TryTake(out var begun, RunWorld.Limit) ? begun : throw new TimeoutException("no bundle began");

    private void Tell(PolicyVersion version) => _worker.Tell(new WorkProtocol.LaterPolicy(Run, version), TestActor);

    private void Tell(PolicyVersion version, TaskCompletionSource begun)
    {
        Tell(version);
        _engine.ExpectMsg<PolicyVersion>();
        begun.SetResult();
    }

    private void Lease(string work, PolicyVersion planned, PolicyVersion? later, IActorRef? to = null) => (to ?? _worker).Tell(
        new WorkProtocol.Lease(
            Run, new WorkId(work), new Attempt(1), WorkKind.Rollout, new Epoch(1), planned.Policy, _table,
            _blobs.Put(BlobContracts.Write(new RolloutBundle(1, 0, [new SampleId(4)], planned.Version))), TimeSpan.FromSeconds(10), later),
        TestActor);

    private GroupRollout Done(string work, PolicyVersion planned)
    {
        var done = (WorkProtocol.WorkDone)FishForMessage(message => message is WorkProtocol.WorkDone, RunWorld.Limit);
        Assert.Equal((work, planned.Policy), (done.Work.Value, done.Policy!.Value));
        return Assert.Single(BlobContracts.Read<GroupRollout[]>(_blobs.GetAsync(done.Result, default).AsTask().Result));
    }

    /// <summary>Policies in a folder; what was removed cannot be had.</summary>
    private sealed class Shelf : IWeightStore
    {
        public string Folder { get; } = Directory.CreateTempSubdirectory("r2ec-shelf-").FullName;

        internal System.Collections.Concurrent.ConcurrentQueue<Digest> Asked { get; } = [];

        public ValueTask<string> GetAsync(Digest weights, CancellationToken stop)
        {
            Asked.Enqueue(weights);
            return File.Exists(PathOf(weights)) ? ValueTask.FromResult(PathOf(weights)) : ValueTask.FromException<string>(new BlobLostException("nobody has it"));
        }

        public void Prune(IReadOnlyCollection<Digest> keep)
        {
        }

        internal PolicyVersion Put(int version)
        {
            var policy = FakePolicy.Initial((ulong)(version + 1));
            File.WriteAllBytes(PathOf(policy.Digest), policy.Bytes);
            return new PolicyVersion(version, policy.Digest);
        }

        internal void Remove(PolicyVersion version) => File.Delete(PathOf(version.Policy));

        private string PathOf(Digest weights) => Path.Combine(Folder, weights.Hex + ".safetensors");
    }
}
