using R2ec.Distributed.Node.Cluster;

namespace R2ec.Distributed.Node.Tests.Cluster;

public sealed class RestartRulesTests
{
    private const int Killed = 137;
    private static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Deaths_soon_after_the_start_are_answered_ever_later()
    {
        var (state, now) = (new NodeState(), Noon);
        var waits = new List<double>();
        for (var i = 0; i < 8; i++)
        {
            state = RestartRules.Started(state, 100 + i, 1, now);
            now += TimeSpan.FromSeconds(1);
            state = RestartRules.Ended(state, Killed, now);
            waits.Add((state.NotBefore!.Value - now).TotalSeconds);
            now = state.NotBefore.Value;
        }

        Assert.Equal([0, 1, 2, 4, 8, 15, 15, 15], waits);
    }

    [Fact]
    public void Deaths_that_are_long_past_leave_the_budget_whole()
    {
        var state = new NodeState { Restarts = [Noon.AddMinutes(-11), Noon.AddMinutes(-9), Noon.AddSeconds(-1)] };

        Assert.Equal(RestartRules.Budget - 2, RestartRules.Left(state, Noon));
        Assert.Equal(RestartRules.Budget, RestartRules.Left(state, Noon.AddMinutes(30)));
        Assert.Equal(0, RestartRules.Left(state with { Desired = NodeDesire.Retired }, Noon.AddMinutes(30)));
    }

    [Fact]
    public void A_node_is_not_due_before_its_time()
    {
        var state = new NodeState { NotBefore = Noon };

        Assert.False(RestartRules.IsDue(state, Noon - TimeSpan.FromMilliseconds(1)));
        Assert.True(RestartRules.IsDue(state, Noon));
    }

    [Fact]
    public void A_death_after_a_while_is_answered_at_once_and_forgets_the_early_ones()
    {
        var state = RestartRules.Started(new NodeState { EarlyDeaths = 4 }, 7, 1, Noon);

        state = RestartRules.Ended(state, 1, Noon + RestartRules.Early);

        Assert.Equal((0, true), (state.EarlyDeaths, RestartRules.IsDue(state, Noon + RestartRules.Early)));
    }

    [Fact]
    public void A_node_that_dies_too_often_is_retired_and_no_sooner()
    {
        var (state, now, starts) = (new NodeState(), Noon, 0);
        while (state.Desired == NodeDesire.Run && starts < 100)
        {
            now = state.NotBefore > now ? state.NotBefore.Value : now;
            state = RestartRules.Started(state, 7, 1, now);
            starts++;
            now += RestartRules.Early;
            state = RestartRules.Ended(state, null, now);
        }

        Assert.Equal((NodeDesire.Retired, RestartRules.Budget + 1, false), (state.Desired, starts, RestartRules.IsDue(state, now + TimeSpan.FromDays(1))));
    }

    [Fact]
    public void Deaths_of_long_ago_do_not_count()
    {
        var (state, now) = (new NodeState(), Noon);
        for (var i = 0; i < 200; i++)
        {
            state = RestartRules.Started(state, 7, 1, now);
            now += TimeSpan.FromSeconds(31);
            state = RestartRules.Ended(state, Killed, now);
        }

        Assert.Equal(NodeDesire.Run, state.Desired);
        Assert.True(state.Restarts.Count <= RestartRules.Budget);
    }

    [Theory]
    [InlineData("Run", 0, "Drained")]
    [InlineData("Run", 1, "Run")]
    [InlineData("Run", null, "Run")]
    [InlineData("Restart", 0, "Run")]
    [InlineData("Restart", Killed, "Run")]
    [InlineData("Down", 0, "Down")]
    [InlineData("Down", Killed, "Down")]
    [InlineData("Drained", Killed, "Drained")]
    [InlineData("Retired", Killed, "Retired")]
    public void What_an_end_means_depends_on_what_was_wanted(string wanted, int? code, string then)
    {
        var state = RestartRules.Ended(new NodeState { Desired = Enum.Parse<NodeDesire>(wanted), Pid = 7, StartedTicks = 3, StartedAt = Noon }, code, Noon + TimeSpan.FromMinutes(1));

        Assert.Equal((then, 0, 0L, code), (state.Desired.ToString(), state.Pid, state.StartedTicks, state.LastExit));
    }

    [Fact]
    public void A_node_that_was_drained_or_retired_is_started_once_it_is_readmitted() => Assert.All(
        (NodeDesire[])[NodeDesire.Drained, NodeDesire.Retired, NodeDesire.Down],
        kept =>
        {
            var state = new NodeState { Desired = kept, EarlyDeaths = 6, Restarts = [Noon] };

            Assert.False(RestartRules.IsDue(state, Noon));
            Assert.True(RestartRules.IsDue(RestartRules.Readmitted(state), Noon));
            Assert.Empty(RestartRules.Readmitted(state).Restarts);
        });

    [Fact]
    public void A_process_that_does_not_end_when_asked_is_overdue_after_a_while()
    {
        var state = RestartRules.RestartAsked(RestartRules.Started(new NodeState(), 7, 1, Noon), Noon);

        Assert.False(RestartRules.IsOverdue(state, Noon));
        Assert.True(RestartRules.IsOverdue(state, Noon + RestartRules.Patience));
        Assert.False(RestartRules.IsOverdue(RestartRules.Ended(state, 0, Noon), Noon + RestartRules.Patience));
    }

    [Fact]
    public void A_restart_of_a_node_without_a_process_is_a_start()
    {
        var state = RestartRules.RestartAsked(new NodeState { Desired = NodeDesire.Retired }, Noon);

        Assert.True(RestartRules.IsDue(state, Noon));
    }
}
