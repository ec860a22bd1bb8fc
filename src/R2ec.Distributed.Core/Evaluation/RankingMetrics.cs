using System.Globalization;
using R2ec.Distributed.Core.RecPo;

namespace R2ec.Distributed.Core.Evaluation;

/// <summary>Full-ranking metrics with one relevant item per sample, under the names <c>hr@5</c>, <c>ndcg@5</c>, … as reports write them.</summary>
/// <param name="SampleCount">How many samples they are means over.</param>
/// <param name="ByName">HR@K: share of ranks up to K. NDCG@K: mean of 1 / log2(rank + 1) up to K, 0 after it. Each in [0, 1].</param>
public sealed record RankingMetrics(int SampleCount, IReadOnlyDictionary<string, double> ByName)
{
    /// <summary>The cutoffs K: 5, 10, 20.</summary>
    public static IReadOnlyList<int> Cutoffs { get; } = [5, 10, 20];

    /// <summary>The names, in the order hr@5, hr@10, hr@20, ndcg@5, ndcg@10, ndcg@20.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Cutoffs.Select(k => Name("hr", k)), .. Cutoffs.Select(k => Name("ndcg", k))];

    /// <summary>The metrics of a set of ranks.</summary>
    /// <param name="ranks">One per sample, 1 or more; at least one.</param>
    public static RankingMetrics Of(ReadOnlySpan<int> ranks)
    {
        if (ranks.IsEmpty)
        {
            throw new ArgumentException("Metrics are means over at least one sample.", nameof(ranks));
        }

        var byName = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var cutoff in Cutoffs)
        {
            byName[Name("hr", cutoff)] = Hits(ranks, cutoff).Average();
            byName[Name("ndcg", cutoff)] = Gains(ranks, cutoff).Average();
        }

        return new RankingMetrics(ranks.Length, byName);
    }

    /// <summary>1 for each rank up to the cutoff, otherwise 0: the terms of HR@K, for intervals.</summary>
    /// <param name="ranks">One per sample, 1 or more.</param>
    /// <param name="cutoff">K, 1 or more.</param>
    public static double[] Hits(ReadOnlySpan<int> ranks, int cutoff)
    {
        var hits = new double[ranks.Length];
        for (var i = 0; i < hits.Length; i++)
        {
            hits[i] = ranks[i] <= cutoff ? 1.0 : 0.0;
        }

        return hits;
    }

    /// <summary>The terms of NDCG@K, for intervals.</summary>
    /// <param name="ranks">One per sample, 1 or more.</param>
    /// <param name="cutoff">K, 1 or more.</param>
    public static double[] Gains(ReadOnlySpan<int> ranks, int cutoff)
    {
        var gains = new double[ranks.Length];
        for (var i = 0; i < gains.Length; i++)
        {
            gains[i] = Rewards.Ndcg(ranks[i], cutoff);
        }

        return gains;
    }

    private static string Name(string metric, int cutoff) => string.Create(CultureInfo.InvariantCulture, $"{metric}@{cutoff}");
}
