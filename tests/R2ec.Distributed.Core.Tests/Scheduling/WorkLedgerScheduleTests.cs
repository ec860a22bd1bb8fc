using R2ec.Distributed.Core.Randomness;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Core.Scheduling;

namespace R2ec.Distributed.Core.Tests.Scheduling;

/// <summary>Random schedules with losses, expiry, second leases, failures and late results: every piece ends exactly once, and all of them end.</summary>
public sealed class WorkLedgerScheduleTests
{
    private static readonly int[] Lanes = [0, 1];

    [Fact]
    public void Every_piece_ends_exactly_once_on_any_schedule()
    {
        for (var seed = 0UL; seed < 400; seed++)
        {
            var schedule = new Schedule(seed);
            schedule.Disturb(turns: 400);
            schedule.GoOnInPeace();

            Assert.True(schedule.Ended.Count == Schedule.Works && schedule.Ended.Values.All(ends => ends == 1), $"seed {seed}: {schedule.Ended.Count} ended, most often {schedule.Ended.Values.Max()} times");
        }
    }

    private sealed class Schedule(ulong seed)
    {
        internal const int Works = 30, Workers = 5;

        private readonly WorkLedger<int> _ledger = new(new WorkRules { Silence = TimeSpan.FromSeconds(10), Longest = TimeSpan.FromMinutes(10), Shortest = TimeSpan.FromSeconds(20), FailureBudget = 4 });
        private readonly List<LeaseHolder<int>> _given = [];
        private readonly HashSet<(int, Attempt)> _attempts = [];
        private TimeSpan _now;
        private int _added;
        private long _drawn;

        internal Dictionary<int, int> Ended { get; } = [];

        internal void Disturb(int turns)
        {
            for (var turn = 0; turn < turns; turn++)
            {
                _now += TimeSpan.FromSeconds(3 * Draw());
                Turn((int)(10 * Draw()));
                Assert.All(Enumerable.Range(0, Workers), worker => Assert.InRange(_ledger.HeldBy($"{worker}"), 0, 2));
            }
        }

        internal void GoOnInPeace()
        {
            while (_added < Works)
            {
                Add();
            }

            for (var round = 0; _ledger.OpenCount > 0; round++)
            {
                Assert.True(round < 10_000, $"seed {seed}: {_ledger.OpenCount} pieces never end");
                _now += TimeSpan.FromSeconds(1);
                _ledger.Expire(_now);
                Take("0");
                foreach (var lease in _given.Where(lease => lease.Worker == "0").ToList())
                {
                    Finish(lease);
                }
            }
        }

        private void Turn(int what)
        {
            var worker = $"{(int)(Workers * Draw())}";
            switch (what)
            {
                case 0 when _added < Works:
                    Add();
                    break;
                case 1 or 2 or 3:
                    Take(worker);
                    break;
                case 4 when Some() is { } lease:                     // a late one as well
                    Finish(lease);
                    break;
                case 5 when Some() is { } lease:
                    if (_ledger.Fail(lease.Work, lease.Attempt, _now) == FailureVerdict.Exhausted)
                    {
                        End(lease.Work);
                    }

                    break;
                case 6:
                    foreach (var (work, _) in _ledger.Release(name => name == worker, Draw() < 0.5 ? $"node {worker}" : null, _now).SetAside)
                    {
                        End(work);
                    }

                    break;
                case 7:
                    _ledger.Expire(_now);
                    break;
                case 8 when Some() is { } lease:
                    _ledger.Renew(lease.Work, lease.Attempt, _now);
                    break;
                case 9 when Some() is { } lease && _ledger.Compute(lease.Work, lease.Attempt, _now) && Draw() < 0.3:
                    _ledger.Release(lease.Work, lease.Attempt, _now);
                    break;
                default:
                    break;
            }
        }

        private void Add() => Assert.True(_ledger.Add(_added, _added % 2, 1 + (int)(5 * Draw())) && ++_added > 0);

        private void Take(string worker)
        {
            if ((_ledger.Take(worker, Lanes, _now) ?? _ledger.TakeOver(worker, Lanes, _now) ?? _ledger.TakeStraggler(worker, Lanes, _now)) is { } grant)
            {
                Assert.True(_attempts.Add((grant.Work, grant.Attempt)), $"seed {seed}: attempt {grant.Attempt} of {grant.Work} was given out twice");
                Assert.DoesNotContain(grant.Work, Ended.Keys);
                _given.Add(new LeaseHolder<int>(grant.Work, grant.Attempt, worker));
            }
        }

        private void Finish(LeaseHolder<int> lease)
        {
            if (_ledger.Finish(lease.Work, lease.Attempt, _now))
            {
                End(lease.Work);
            }
        }

        private void End(int work) => Ended[work] = Ended.GetValueOrDefault(work) + 1;

        private LeaseHolder<int>? Some() => _given.Count == 0 ? null : _given[(int)(_given.Count * Draw())];

        private double Draw() => Chance.Uniform(seed, ChancePurpose.World, 0, 0, 0, _drawn++);
    }
}
