namespace R2ec.Distributed.Core.Runs;

/// <summary>How much older than the policy that they train the groups of a step are, in versions.</summary>
/// <param name="Least">Of the youngest group.</param>
/// <param name="Mean">Over all groups.</param>
/// <param name="Most">Of the oldest group.</param>
public sealed record Staleness(int Least, double Mean, int Most)
{
    /// <summary>Of groups of these ages.</summary>
    /// <param name="ages">Versions, one for each group; none gives 0.</param>
    public static Staleness Of(IReadOnlyCollection<int> ages)
    {
        ArgumentNullException.ThrowIfNull(ages);
        return ages.Count == 0 ? new Staleness(0, 0, 0) : new Staleness(ages.Min(), ages.Average(), ages.Max());
    }
}
