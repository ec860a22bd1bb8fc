namespace R2ec.Distributed.Core.RewardTerms;

/// <summary>How long to wait before a request is tried again: doubled from try to try, without chance, and never less than the service asked for.</summary>
/// <param name="first">The wait before the second try.</param>
public sealed class RetryPace(TimeSpan first)
{
    /// <summary>Longest wait of one's own.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    /// <summary>Longest wait that a service may ask for; more is cut to it, so that no answer holds a run for ever.</summary>
    public static readonly TimeSpan LongestAsked = TimeSpan.FromMinutes(5);

    /// <summary>The wait after a number of tries.</summary>
    /// <param name="tries">Tries so far, from 1.</param>
    /// <param name="asked">What the service asked for (Retry-After); null where it was silent.</param>
    public TimeSpan After(int tries, TimeSpan? asked)
    {
        var own = first * Math.Pow(2, Math.Min(tries - 1, 30));
        own = own < Longest ? own : Longest;
        return asked is { } wanted && wanted > own ? (wanted < LongestAsked ? wanted : LongestAsked) : own;
    }
}
