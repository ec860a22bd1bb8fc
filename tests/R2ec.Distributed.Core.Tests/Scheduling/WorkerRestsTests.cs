using R2ec.Distributed.Core.Scheduling;
using Xunit;

namespace R2ec.Distributed.Core.Tests.Scheduling;

public class WorkerRestsTests
{
    private static readonly int[] Both = [0, 1];
    private readonly WorkerRests<string> _rests = new(S(10), S(10));

    [Fact]
    public void Who_failed_rests_twice_as_long_each_time_while_another_is_awake_and_a_success_ends_it()
    {
        Hear("good", S(0));
        Assert.Equal(S(10), _rests.Fail("bad", S(0)));
        Hear("bad", S(1));

        Assert.False(_rests.MayWork("bad", S(9)));
        Assert.True(_rests.MayWork("good", S(9)));
        Assert.True(_rests.MayWork("bad", S(10)));
        Assert.Equal(S(20), _rests.Fail("bad", S(10)));
        Assert.Equal(S(40), _rests.Fail("bad", S(30)));
        Hear("good", S(69));
        Assert.False(_rests.MayWork("bad", S(69)));

        _rests.Succeed("bad", S(69));

        Assert.True(_rests.MayWork("bad", S(69)));
        Assert.Equal(S(10), _rests.Fail("bad", S(70)));
    }

    [Fact]
    public void Alone_beside_silent_or_resting_or_other_workers_it_may_go_on()
    {
        _rests.Hear("bad", Both, S(0));
        _rests.Fail("bad", S(0));
        Assert.True(_rests.MayWork("bad", S(1)));

        _rests.Hear("other", [2], S(1));
        Assert.True(_rests.MayWork("bad", S(1)));

        Hear("good", S(1));
        Assert.False(_rests.MayWork("bad", S(5)));
        _rests.Fail("good", S(5));
        Assert.True(_rests.MayWork("bad", S(6)));
        _rests.Succeed("good", S(6));
        _rests.Fail("bad", S(9));
        Assert.False(_rests.MayWork("bad", S(16)));
        Assert.True(_rests.MayWork("bad", S(17)));
    }

    [Fact]
    public void A_rest_has_an_upper_limit()
    {
        for (var failure = 0; failure < 100; failure++)
        {
            _rests.Fail("bad", S(0));
        }

        Assert.Equal(S(320), _rests.Fail("bad", S(0)));
    }

    [Fact]
    public void Who_is_silent_is_forgotten_once_it_has_rested()
    {
        _rests.Fail("bad", S(0));
        Hear("good", S(0));
        _rests.Fail("bad", S(1));

        _rests.ForgetSilent(S(12));
        Assert.Equal(1, _rests.Count);
        _rests.ForgetSilent(S(21));
        Assert.Equal(0, _rests.Count);
    }

    private static TimeSpan S(double seconds) => TimeSpan.FromSeconds(seconds);

    private void Hear(string worker, TimeSpan now) => _rests.Hear(worker, Both, now);
}
