using R2ec.Distributed.Core.Randomness;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Core.Scheduling;

namespace R2ec.Distributed.Core.Tests.Scheduling;

/// <summary>Sixty-four workers of uneven speed on bundles of log-normal length that nobody knows beforehand, in virtual time, with messages that take a while.</summary>
public sealed class WorkLedgerSpeedTests
{
    [Fact]
    public void Sixty_four_uneven_workers_come_within_five_hundredths_of_linear_and_lose_more_without_fetching_ahead()
    {
        var ahead = new World(held: 2).Fraction();
        var single = new World(held: 1).Fraction();

        Assert.InRange(ahead, 0.95, 1);
        Assert.InRange(single, 0, 0.95);
    }

    private sealed class World(int held)
    {
        private const int Workers = 64, Bundles = Workers * 64;
        private const double Way = 0.04;                             // seconds that a message takes; a bundle takes about one

        private readonly WorkLedger<int> _ledger = new(new WorkRules { Silence = TimeSpan.FromHours(1), Longest = TimeSpan.FromHours(1), FailureBudget = 3, Held = held });
        private readonly PriorityQueue<Action, (double, long)> _events = new();
        private readonly (LeaseGrant<int>? Current, LeaseGrant<int>? Next)[] _workers = new (LeaseGrant<int>?, LeaseGrant<int>?)[Workers];
        private double _now;
        private long _count;
        private double _work;

        // Of the time until three quarters are done, which leaves out the end of the last wave.
        internal double Fraction()
        {
            for (var bundle = 0; bundle < Bundles; bundle++)
            {
                _ledger.Add(bundle, 0, 1);
            }

            for (var worker = 0; worker < Workers; worker++)
            {
                Ask(worker);
            }

            while (_ledger.OpenCount > Bundles / 4 && _events.TryDequeue(out var happens, out var at))
            {
                _now = at.Item1;
                happens();
            }

            return _work / (_now * Enumerable.Range(0, Workers).Sum(Speed));
        }

        private static double Speed(int worker) => Math.Pow(2, (2 * Draw(0, worker)) - 1);

        private static double Length(int bundle) => Math.Exp(0.5 * Math.Sqrt(-2 * Math.Log(1 - Draw(1, bundle))) * Math.Cos(2 * Math.PI * Draw(2, bundle)));

        private static double Draw(int what, int index) => Chance.Uniform(11, ChancePurpose.World, what, index, 0, 0);

        private void After(double seconds, Action happens) => _events.Enqueue(happens, (_now + seconds, _count++));

        private void Ask(int worker) => After(Way, () =>
        {
            if (_ledger.Take($"{worker}", [0], TimeSpan.FromSeconds(_now)) is { } grant)
            {
                After(Way, () => Arrive(worker, grant));
            }
        });

        private void Arrive(int worker, LeaseGrant<int> grant)
        {
            if (_workers[worker].Current is not null)
            {
                _workers[worker].Next = grant;
                return;
            }

            Start(worker, grant);
        }

        private void Start(int worker, LeaseGrant<int> grant)
        {
            _workers[worker] = (grant, null);
            Ask(worker);
            After(Length(grant.Work) / Speed(worker), () => End(worker, grant));
        }

        private void End(int worker, LeaseGrant<int> grant)
        {
            After(Way, () =>
            {
                Assert.True(_ledger.Finish(grant.Work, grant.Attempt, TimeSpan.FromSeconds(_now)));
                _work += Length(grant.Work);
            });
            var next = _workers[worker].Next;
            _workers[worker] = default;
            if (next is not null)
            {
                Start(worker, next);
            }
            else
            {
                Ask(worker);
            }
        }
    }
}
