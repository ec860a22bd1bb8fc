using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;

namespace R2ec.Distributed.Core.Scheduling;

/// <summary>
/// What a bundle is expected to cost, in tokens, by what the plan says of it. A history's events stand for its prompt's tokens, which nobody counts before the
/// work is done; only the order of the bundles follows from it.
/// </summary>
public static class WorkCost
{
    /// <summary>Tokens that an event of a history is put at.</summary>
    public const int EventTokens = 16;

    /// <summary>A bundle of groups: each prompt once, each chain at its longest.</summary>
    public static double Rollout(IPromptBook book, IReadOnlyList<SampleId> samples, int groupSize, int chainTokens) => Users(book, samples) + ((double)samples.Count * groupSize * chainTokens);

    /// <summary>A bundle of users to measure, each with one chain.</summary>
    /// <param name="book">The data set.</param>
    /// <param name="samples">The users.</param>
    /// <param name="chainTokens">Tokens of a chain that is written; 0 where none is.</param>
    public static double Measure(IPromptBook book, IReadOnlyList<SampleId> samples, int chainTokens) => Users(book, samples) + ((double)samples.Count * chainTokens);

    private static double Users(IPromptBook book, IReadOnlyList<SampleId> samples)
    {
        ArgumentNullException.ThrowIfNull(book);
        ArgumentNullException.ThrowIfNull(samples);
        return samples.Sum(sample => (double)EventTokens * (1 + book.Seen(sample).Length));
    }
}
