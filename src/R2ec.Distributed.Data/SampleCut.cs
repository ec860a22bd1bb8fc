using R2ec.Distributed.Core.Ports;

namespace R2ec.Distributed.Data;

/// <summary>The global split: all samples sorted by (target time, user, position), cut at floor(0.8 n) and floor(0.9 n).</summary>
internal sealed record SampleCut(Sample[] Train, Sample[] Valid, Sample[] Test)
{
    public int Count => Train.Length + Valid.Length + Test.Length;

    public Sample[] this[Split split] => split switch
    {
        Split.Train => Train,
        Split.Valid => Valid,
        Split.Test => Test,
        _ => throw new ArgumentOutOfRangeException(nameof(split)),
    };

    /// <param name="events">All events, user after user, each user's sorted by time.</param>
    /// <param name="offsets">[U + 1] index of each user's first event.</param>
    /// <param name="minRating">A target is rated at least so.</param>
    /// <param name="minHistory">A target has at least so many events before it.</param>
    public static SampleCut Of(Event[] events, int[] offsets, double minRating, int minHistory)
    {
        var samples = new List<Sample>();
        var times = new List<long>();
        for (var user = 0; user + 1 < offsets.Length; user++)
        {
            for (var at = offsets[user] + Math.Max(1, minHistory); at < offsets[user + 1]; at++)
            {
                if (events[at].Rating >= minRating)
                {
                    samples.Add(new Sample(user, at - offsets[user]));
                    times.Add(events[at].TimeMs);
                }
            }
        }

        // Samples were gathered by (user, position): with the index as second key the order is total and needs no stable sort.
        var keys = new (long Time, int Index)[samples.Count];
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = (times[i], i);
        }

        Array.Sort(keys);
        var ordered = new Sample[keys.Length];
        for (var i = 0; i < keys.Length; i++)
        {
            ordered[i] = samples[keys[i].Index];
        }

        var (first, second) = (Tenths(keys.Length, 8), Tenths(keys.Length, 9));
        return new SampleCut(ordered[..first], ordered[first..second], ordered[second..]);
    }

    private static int Tenths(int count, int tenths) => (int)((long)count * tenths / 10);
}
