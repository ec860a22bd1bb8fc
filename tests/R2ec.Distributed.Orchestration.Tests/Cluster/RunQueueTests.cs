using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Cluster;

namespace R2ec.Distributed.Orchestration.Tests.Cluster;

public sealed class RunQueueTests
{
    private static readonly DateTimeOffset At = DateTimeOffset.UnixEpoch;
    private readonly RunQueue _queue = new();

    [Fact]
    public void A_run_under_way_comes_before_those_that_wait_and_those_in_the_order_of_their_submission()
    {
        _queue.Take([State("zebra", RunPhase.Queued), State("ant", RunPhase.Queued), State("one", RunPhase.Running)]);
        Assert.Equal("one", _queue.Next()!.Run.Value);

        _queue.Take([State("zebra", RunPhase.Queued), State("ant", RunPhase.Queued), State("one", RunPhase.Completed)]);
        Assert.Equal("zebra", _queue.Next()!.Run.Value);
    }

    [Theory]
    [InlineData(RunPhase.Completed)]
    [InlineData(RunPhase.Failed)]
    [InlineData(RunPhase.Paused)]
    [InlineData(RunPhase.Stopped)]
    [InlineData(RunPhase.Interrupted)]
    public void A_run_that_does_not_go_on_is_not_worked_on(RunPhase phase)
    {
        _queue.Take([State("one", phase)]);

        Assert.Null(_queue.Next());
        Assert.Equal((phase, false), _queue.Find(new RunId("one")));
        Assert.Null(_queue.Find(new RunId("two")));
    }

    [Fact]
    public async Task A_run_that_has_ended_for_good_is_not_read_again()
    {
        var journals = new Journals();
        _queue.Take(await RunQueue.ReadAsync(journals, _queue.Known, CancellationToken.None));
        Assert.Equal(["ended", "waiting"], journals.Asked);

        _queue.Take(await RunQueue.ReadAsync(journals, _queue.Known, CancellationToken.None));

        Assert.Equal(["ended", "waiting", "waiting"], journals.Asked);
        Assert.Equal((RunPhase.Stopped, false), _queue.Find(new RunId("ended")));
        Assert.Equal("waiting", _queue.Next()!.Run.Value);
    }

    [Fact]
    public void A_refusal_is_told_once_and_an_acceptance_stays()
    {
        var run = new RunId("one");
        _queue.Refuse(run, "other numerics");
        Assert.Equal("other numerics", _queue.TakeRefusal(run));
        Assert.Null(_queue.TakeRefusal(run));

        Assert.False(_queue.Accepts(run));
        _queue.Accept(run);
        Assert.True(_queue.Accepts(run));
        Assert.True(_queue.Accepts(run));
    }

    private static RunState State(string run, RunPhase phase) => new(new RunId(run)) { Phase = phase };

    private sealed class Journals : IRunJournals
    {
        internal List<string> Asked { get; } = [];

        public Task<IReadOnlyList<RunId>> RunsAsync(CancellationToken stop) => Task.FromResult<IReadOnlyList<RunId>>([new RunId("ended"), new RunId("waiting")]);

        public async Task<RunState> StateAsync(RunId run, CancellationToken stop) => (await ReadAsync(run, 0, stop)).Aggregate(new RunState(run), (at, fact) => at.Apply(fact));

        public Task<IReadOnlyList<IRunEvent>> ReadAsync(RunId run, long after, CancellationToken stop)
        {
            Asked.Add(run.Value);
            var submitted = new RunEvents.Submitted(run, "seed: 5", At);
            return Task.FromResult<IReadOnlyList<IRunEvent>>(run.Value == "ended" ? [submitted, new RunEvents.Stopped(run, At)] : [submitted]);
        }
    }
}
