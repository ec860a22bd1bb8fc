using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Core.Scheduling;

namespace R2ec.Distributed.Core.Tests.Scheduling;

public sealed class WorkLedgerTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly int[] Lane = [0];

    [Fact]
    public void The_longest_goes_first_and_what_came_back_before_it()
    {
        var ledger = With(("short", 1), ("long", 9), ("longer", 10));

        var first = Take(ledger, "a");
        var second = Take(ledger, "b");
        ledger.Release(second.Work, second.Attempt, default);

        Assert.Equal(("longer", "long"), (first.Work, second.Work));
        Assert.Equal("long", Take(ledger, "c").Work);
        Assert.Equal("short", Take(ledger, "d").Work);
    }

    [Fact]
    public void Equal_work_goes_in_the_order_in_which_it_came()
    {
        var ledger = With(("first", 1), ("second", 1));

        Assert.Equal("first", Take(ledger, "a").Work);
    }

    [Fact]
    public void What_was_asked_for_earlier_goes_before_what_costs_more()
    {
        var ledger = new WorkLedger<string>(Rules);
        ledger.Add("step 2", 0, 9, wave: 2);
        ledger.Add("step 1, short", 0, 1, wave: 1);
        ledger.Add("step 1, long", 0, 2, wave: 1);

        Assert.Equal(["step 1, long", "step 1, short", "step 2"], Enumerable.Range(0, 3).Select(i => Take(ledger, $"{i}").Work));
    }

    [Fact]
    public void A_lane_that_was_served_longest_ago_comes_first_so_that_none_starves()
    {
        var ledger = new WorkLedger<string>(Rules);
        ledger.Add("a1", 0, 100);
        ledger.Add("a2", 0, 100);
        ledger.Add("b1", 1, 1);

        var taken = Enumerable.Range(0, 3).Select(i => ledger.Take($"w{i}", [0, 1], default)!.Work);

        Assert.Equal(["a1", "b1", "a2"], taken);
    }

    [Fact]
    public void A_worker_fetches_one_piece_ahead_and_no_more()
    {
        var ledger = With(("1", 1), ("2", 1), ("3", 1));
        var first = Take(ledger, "w");
        Take(ledger, "w");

        Assert.Null(ledger.Take("w", Lane, default));
        Assert.Equal((2, 1, 1), (ledger.HeldBy("w"), ledger.AheadCount, ledger.WaitingCount));

        ledger.Finish(first.Work, first.Attempt, Second);

        Assert.Equal((1, 0), (ledger.HeldBy("w"), ledger.AheadCount));
        Assert.NotNull(ledger.Take("w", Lane, Second));
    }

    [Fact]
    public void What_was_fetched_ahead_goes_to_a_worker_that_has_nothing_and_its_holder_is_told()
    {
        var ledger = With(("1", 1), ("2", 1));
        Take(ledger, "slow");
        var ahead = Take(ledger, "slow");

        var taken = ledger.TakeOver("idle", Lane, default)!;

        Assert.Equal((ahead.Work, 2), (taken.Work, taken.Attempt.Value));
        Assert.Equal([new LeaseHolder<string>("2", ahead.Attempt, "slow")], ledger.Withdrawn);
        Assert.False(ledger.Finish(ahead.Work, ahead.Attempt, default));
        Assert.Null(ledger.TakeOver("another", Lane, default));
    }

    [Fact]
    public void The_time_of_a_piece_that_was_fetched_ahead_begins_when_the_one_before_it_ends()
    {
        var ledger = Paced();
        ledger.Add("1", 0, 1);
        ledger.Add("2", 0, 1);
        var first = Take(ledger, "w", 100);
        var ahead = Take(ledger, "w", 100);
        Assert.True(ledger.Finish(first.Work, first.Attempt, 150 * Second));

        Assert.True(ledger.Renew(ahead.Work, ahead.Attempt, 249 * Second));      // 99 s of its own: 100 are allowed
        Assert.False(ledger.Renew(ahead.Work, ahead.Attempt, 250 * Second));
    }

    [Fact]
    public void A_deadline_follows_from_measured_durations_and_doubles_for_work_that_is_only_slow()
    {
        var ledger = Paced();                                        // a unit takes 10 s: ten times as long is allowed
        ledger.Add("slow", 0, 1);
        var first = Take(ledger, "w1", 1000);
        Assert.True(ledger.Renew("slow", first.Attempt, 1099 * Second));
        Assert.False(ledger.Renew("slow", first.Attempt, 1100 * Second));
        Assert.Single(ledger.Expire(1109 * Second));

        var second = Take(ledger, "w2", 2000);

        Assert.True(ledger.Renew("slow", second.Attempt, 2199 * Second));
        Assert.False(ledger.Renew("slow", second.Attempt, 2200 * Second));
    }

    [Fact]
    public void A_straggler_is_leased_a_second_time_and_the_first_result_ends_it()
    {
        var ledger = Paced();
        ledger.Add("slow", 0, 1);
        var first = Take(ledger, "w1", 1000);
        Assert.Null(ledger.TakeStraggler("w2", Lane, 1030 * Second));

        var second = ledger.TakeStraggler("w2", Lane, 1031 * Second)!;
        Assert.Null(ledger.TakeStraggler("w3", Lane, 1031 * Second));
        Assert.True(ledger.Finish("slow", second.Attempt, 1040 * Second));

        Assert.Equal([new LeaseHolder<string>("slow", first.Attempt, "w1")], ledger.Withdrawn);
        Assert.False(ledger.Finish("slow", first.Attempt, 1041 * Second));
        Assert.Equal((0, 0, 0), (ledger.OpenCount, ledger.HeldBy("w1"), ledger.HeldBy("w2")));
    }

    [Fact]
    public void Stragglers_are_left_alone_where_the_rule_is_off_or_the_lane_allows_one_lease()
    {
        foreach (var rules in new[] { Rules with { StragglerFactor = 0 }, Rules with { OnceLanes = [0] } })
        {
            var ledger = Paced(rules);
            ledger.Add("slow", 0, 1);
            Take(ledger, "w1", 1000);

            Assert.Null(ledger.TakeStraggler("w2", Lane, 1090 * Second));
        }
    }

    [Fact]
    public void A_loss_of_one_of_two_leases_leaves_the_work_with_the_other()
    {
        var ledger = Paced();
        ledger.Add("slow", 0, 1);
        Take(ledger, "w1", 1000);
        var second = ledger.TakeStraggler("w2", Lane, 1050 * Second)!;

        Assert.Equal(1, ledger.Release(worker => worker == "w1", "one", 1050 * Second).Returned);

        Assert.Equal(0, ledger.WaitingCount);
        Assert.True(ledger.Finish("slow", second.Attempt, 1051 * Second));
    }

    [Fact]
    public void Work_under_which_three_nodes_died_is_set_aside()
    {
        var ledger = With(("poison", 1));
        foreach (var node in new[] { "a", "b" })
        {
            Take(ledger, node);
            Assert.Empty(ledger.Release(worker => worker == node, node, default).SetAside);
        }

        Take(ledger, "c");
        var (work, nodes) = Assert.Single(ledger.Release(worker => worker == "c", "c", default).SetAside);

        Assert.Equal("poison", work);
        Assert.Equal(["a", "b", "c"], nodes);
        Assert.Equal(0, ledger.OpenCount);
    }

    [Fact]
    public void A_node_that_dies_again_and_one_that_leaves_in_order_set_nothing_aside()
    {
        var ledger = With(("1", 1));
        for (var i = 0; i < 6; i++)
        {
            Take(ledger, "w");
            Assert.Empty(ledger.Release(worker => worker == "w", i % 2 == 0 ? "same" : null, default).SetAside);
        }
    }

    [Fact]
    public void A_death_counts_though_the_silence_ended_the_lease_before_it()
    {
        var ledger = With(("poison", 1));
        foreach (var node in new[] { "a", "b", "c" })
        {
            Take(ledger, node);
            Assert.Single(ledger.Expire(10 * Second));
            Assert.Equal(node == "c", ledger.Release(worker => worker == node, node, 10 * Second).SetAside.Count > 0);
        }
    }

    [Fact]
    public void What_was_only_fetched_ahead_is_not_what_killed_a_node()
    {
        var ledger = With(("1", 2), ("ahead", 1));
        foreach (var node in new[] { "a", "b", "c" })
        {
            Take(ledger, node);
            Take(ledger, node);
            var aside = ledger.Release(worker => worker == node, node, default).SetAside;
            Assert.DoesNotContain(aside, piece => piece.Work == "ahead");
        }
    }

    [Fact]
    public void A_result_on_its_way_frees_its_worker_and_is_neither_expired_nor_leased_twice()
    {
        var ledger = Paced();
        ledger.Add("1", 0, 1);
        var lease = Take(ledger, "w", 1000);

        Assert.True(ledger.Compute("1", lease.Attempt, 1005 * Second));
        Assert.False(ledger.Compute("1", lease.Attempt, 1005 * Second));

        Assert.Equal(0, ledger.HeldBy("w"));
        Assert.Empty(ledger.Expire(1100 * Second));
        Assert.Null(ledger.TakeStraggler("idle", Lane, 1100 * Second));
        Assert.True(ledger.Finish("1", lease.Attempt, 1100 * Second));
    }

    [Fact]
    public void Only_failures_of_a_living_worker_count_against_the_budget()
    {
        var ledger = With(("1", 1));
        for (var lost = 0; lost < 10; lost++)
        {
            Take(ledger, "w");
            ledger.Release(_ => true, null, default);
        }

        Assert.Equal([FailureVerdict.Again, FailureVerdict.Again, FailureVerdict.Exhausted], Enumerable.Range(0, 3).Select(_ => ledger.Fail("1", Take(ledger, "w").Attempt, default)));
    }

    private static WorkRules Rules { get; } = new() { Silence = 10 * Second, Longest = TimeSpan.FromHours(1), FailureBudget = 3 };

    private static LeaseGrant<string> Take(WorkLedger<string> ledger, string worker, int second = 0) => ledger.Take(worker, Lane, second * Second)!;

    private static WorkLedger<string> With(params (string Work, double Cost)[] works)
    {
        var ledger = new WorkLedger<string>(Rules);
        foreach (var (work, cost) in works)
        {
            Assert.True(ledger.Add(work, 0, cost));
            Assert.False(ledger.Add(work, 0, cost));
        }

        return ledger;
    }

    // Ten pieces of cost 2 that took 20 s each.
    private static WorkLedger<string> Paced(WorkRules? rules = null)
    {
        var ledger = new WorkLedger<string>(rules ?? Rules);
        for (var i = 0; i < 10; i++)
        {
            ledger.Add($"done {i}", 0, 2);
            var lease = Take(ledger, "quick");
            Assert.True(ledger.Finish(lease.Work, lease.Attempt, 20 * Second));
        }

        return ledger;
    }
}
