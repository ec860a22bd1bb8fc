using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Core.Tests.Runs;

public sealed class LeaseLedgerTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Work_is_finished_exactly_once()
    {
        var ledger = With("a");
        var grant = ledger.Take("w", _ => true, default)!;

        Assert.True(ledger.Finish("a", grant.Attempt));
        Assert.False(ledger.Finish("a", grant.Attempt));
        Assert.Equal(0, ledger.OpenCount);
    }

    [Fact]
    public void A_lease_without_a_sign_of_life_is_given_out_again_and_its_late_result_ignored()
    {
        var ledger = With("a");
        var first = ledger.Take("w1", _ => true, default)!;

        Assert.Empty(ledger.Expire(9 * Second));
        Assert.Equal([("a", "w1")], ledger.Expire(10 * Second));
        var second = ledger.Take("w2", _ => true, 10 * Second)!;

        Assert.Equal(2, second.Attempt.Value);
        Assert.False(ledger.Finish("a", first.Attempt));
        Assert.False(ledger.Renew("a", first.Attempt, 11 * Second));
        Assert.Equal(FailureVerdict.Ignored, ledger.Fail("a", first.Attempt));
        Assert.True(ledger.Finish("a", second.Attempt));
    }

    [Fact]
    public void Signs_of_life_keep_a_lease_but_not_for_ever()
    {
        var ledger = With("a");
        var grant = ledger.Take("w", _ => true, default)!;

        for (var now = 5 * Second; now < 60 * Second; now += 5 * Second)
        {
            Assert.True(ledger.Renew("a", grant.Attempt, now));
            Assert.Empty(ledger.Expire(now));
        }

        Assert.False(ledger.Renew("a", grant.Attempt, 60 * Second));
        Assert.Single(ledger.Expire(70 * Second));
    }

    [Fact]
    public void Only_failures_of_a_living_worker_count_against_the_budget()
    {
        var ledger = With("a");
        for (var lost = 0; lost < 10; lost++)
        {
            ledger.Take("w", _ => true, lost * 10 * Second);
            Assert.Single(ledger.Expire((lost + 1) * 10 * Second));
        }

        Assert.Equal(FailureVerdict.Again, Fail(ledger));
        Assert.Equal(FailureVerdict.Again, Fail(ledger));
        Assert.Equal(FailureVerdict.Exhausted, Fail(ledger));
        Assert.Equal(0, ledger.OpenCount);
    }

    [Fact]
    public void A_worker_gets_the_longest_waiting_work_that_it_can_do()
    {
        var ledger = With("reward", "rollout 1", "rollout 2");

        Assert.Equal("rollout 1", ledger.Take("w", work => work.StartsWith("rollout", StringComparison.Ordinal), default)!.Work);
        Assert.Equal(2, ledger.WaitingCount);
    }

    private static FailureVerdict Fail(LeaseLedger<string> ledger) => ledger.Fail("a", ledger.Take("w", _ => true, default)!.Attempt);

    private static LeaseLedger<string> With(params string[] works)
    {
        var ledger = new LeaseLedger<string>(10 * Second, 60 * Second, 3);
        foreach (var work in works)
        {
            Assert.True(ledger.Add(work));
            Assert.False(ledger.Add(work));
        }

        return ledger;
    }
}
