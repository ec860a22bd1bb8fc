using R2ec.Distributed.Core.Randomness;

namespace R2ec.Distributed.Core.Evaluation;

/// <summary>
/// Percentile bootstrap of a mean over samples. Users are resampled with all their samples, because the samples of one user are not independent.
/// </summary>
public static class Bootstrap
{
    private const double LowShare = 0.025;
    private const double HighShare = 0.975;

    /// <summary>The mean of the values and its 95 % interval.</summary>
    /// <param name="values">One per sample, finite; at least one.</param>
    /// <param name="users">The user of each sample; any ids.</param>
    /// <param name="seed">The run's seed: the same seed gives the same interval.</param>
    /// <param name="draws">How many times users are resampled, 1 or more.</param>
    public static MeanInterval Interval(ReadOnlySpan<double> values, ReadOnlySpan<int> users, ulong seed, int draws = 1000)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(draws, 1);
        var (sums, counts) = PerUser(values, users);
        var means = new double[draws];
        for (var draw = 0; draw < draws; draw++)
        {
            var chance = new ChanceStream(seed, ChancePurpose.Bootstrap, draw);
            double sum = 0.0, count = 0.0;
            for (var i = 0; i < sums.Length; i++)
            {
                var user = chance.NextIndex(sums.Length);
                sum += sums[user];
                count += counts[user];
            }

            means[draw] = sum / count;
        }

        Array.Sort(means);
        return new MeanInterval(sums.Sum() / counts.Sum(), Percentile(means, LowShare), Percentile(means, HighShare));
    }

    /// <summary>The mean of after − before and its 95 % interval, both measured on the same samples.</summary>
    /// <param name="before">One per sample, finite; at least one.</param>
    /// <param name="after">The same samples, in the same order.</param>
    /// <param name="users">The user of each sample.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="draws">How many times users are resampled, 1 or more.</param>
    public static MeanInterval Paired(ReadOnlySpan<double> before, ReadOnlySpan<double> after, ReadOnlySpan<int> users, ulong seed, int draws = 1000)
    {
        if (before.Length != after.Length)
        {
            throw new ArgumentException($"{before.Length} values before and {after.Length} after are not pairs.", nameof(after));
        }

        var gains = new double[after.Length];
        for (var i = 0; i < gains.Length; i++)
        {
            gains[i] = after[i] - before[i];
        }

        return Interval(gains, users, seed, draws);
    }

    // Users in order of first appearance, so that the interval does not depend on how ids hash.
    private static (double[] Sums, double[] Counts) PerUser(ReadOnlySpan<double> values, ReadOnlySpan<int> users)
    {
        if (values.IsEmpty || values.Length != users.Length)
        {
            throw new ArgumentException($"{values.Length} values and {users.Length} users: at least one value, and a user for each.", nameof(users));
        }

        var places = new Dictionary<int, int>();
        var sums = new List<double>();
        var counts = new List<double>();
        for (var i = 0; i < values.Length; i++)
        {
            if (!double.IsFinite(values[i]))
            {
                throw new ArgumentException($"The value of sample {i} is {values[i]}; values are finite.", nameof(values));
            }

            if (!places.TryGetValue(users[i], out var place))
            {
                place = places[users[i]] = sums.Count;
                sums.Add(0.0);
                counts.Add(0.0);
            }

            sums[place] += values[i];
            counts[place]++;
        }

        return ([.. sums], [.. counts]);
    }

    private static double Percentile(double[] sorted, double share)
    {
        var position = share * (sorted.Length - 1);
        var below = (int)position;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((position - below) * (sorted[above] - sorted[below]));
    }
}
