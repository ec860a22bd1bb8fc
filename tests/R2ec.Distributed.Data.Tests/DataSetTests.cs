using CsCheck;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Ports;

namespace R2ec.Distributed.Data.Tests;

public sealed class DataSetTests
{
    [Fact]
    public void A_sample_sees_what_came_before_its_target_and_nothing_else()
    {
        var set = Sets.Ring();

        foreach (var sample in Enum.GetValues<Split>().SelectMany(set.Samples))
        {
            var (all, history, window) = (set.Events(sample.User).ToArray(), set.History(sample).ToArray(), set.WindowOf(sample).ToArray());
            Assert.Equal(all[..sample.Position], history);
            Assert.Equal(history.TakeLast(3), window);
            Assert.Equal(all[sample.Position], set.Target(sample));
        }
    }

    [Fact]
    public void The_split_is_global_by_target_time_then_user_then_position()
    {
        var set = Sets.Ring();

        var all = Enum.GetValues<Split>().SelectMany(set.Samples).ToArray();
        Assert.Equal(all.OrderBy(s => set.Target(s).TimeMs).ThenBy(s => s.User).ThenBy(s => s.Position), all);
        Assert.Equal((40, 5, 5), (set.Samples(Split.Train).Count, set.Samples(Split.Valid).Count, set.Samples(Split.Test).Count));
    }

    [Fact]
    public void Other_targets_are_cut_anew()
    {
        var set = Sets.Ring().WithTargets(minRating: 4, minHistory: 3);

        var all = Enum.GetValues<Split>().SelectMany(set.Samples).ToArray();
        Assert.All(all, s => Assert.True(set.Target(s).Rating >= 4 && s.Position >= 3));
        Assert.Equal(20, all.Length);
        Assert.Equal((16, 2, 2), (set.Samples(Split.Train).Count, set.Samples(Split.Valid).Count, set.Samples(Split.Test).Count));
    }

    [Fact]
    public void Training_events_end_with_the_last_training_target()
    {
        var set = Sets.Ring();

        for (var user = 0; user < set.UserCount; user++)
        {
            var own = set.Samples(Split.Train).Where(s => s.User == user).Select(s => s.Position).ToArray();
            Assert.Equal(own.Length == 0 ? 0 : own.Max() + 1, set.TrainingEvents(user).Length);
        }

        var counted = Enumerable.Range(0, set.UserCount).Sum(u => set.TrainingEvents(u).Length);
        Assert.Equal(counted, Enumerable.Range(0, set.ItemCount + 1).Sum(set.TrainingCount));
    }

    [Fact]
    public void Too_few_samples_are_refused_with_their_number()
    {
        var fault = Assert.Throws<InputException>(() => Sets.Ring(users: 1, events: 4));

        Assert.Contains("3 samples", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_sample_lands_in_one_split_whatever_the_events()
    {
        Gen.Select(Gen.Int[1, 40], Gen.Int[12, 30], Gen.ULong).Sample(
            (users, events, seed) =>
            {
                var set = Sets.Big(users, 5, events, seed);
                var all = Enum.GetValues<Split>().SelectMany(set.Samples).ToArray();
                var n = users * (events - 1);
                Assert.Equal(n, all.Distinct().Count());
                Assert.Equal(n * 8 / 10, set.Samples(Split.Train).Count);
                Assert.Equal((n * 9 / 10) - (n * 8 / 10), set.Samples(Split.Valid).Count);
                Assert.True(set.Target(set.Samples(Split.Train)[^1]).TimeMs <= set.Target(set.Samples(Split.Valid)[0]).TimeMs);
            },
            iter: 50);
    }

    [Fact]
    public void The_digest_depends_on_content_alone()
    {
        Assert.Equal(Sets.Ring().Digest, Sets.Ring().Digest);
        Assert.NotEqual(Sets.Ring().Digest, Sets.Ring(users: 11).Digest);
        Assert.NotEqual(Sets.Ring().Digest, Sets.Ring().WithTargets(4, 1).Digest);
    }
}
