using R2ec.Distributed.Core.Numerics;

namespace R2ec.Distributed.Core.RecPo;

/// <summary>The fused reward of one completion, in double precision, from its digest.</summary>
/// <remarks>Source: R2ec (arXiv 2505.16994v2), fused reward; algorithms.md, section Reward.</remarks>
public static class Rewards
{
    /// <summary>K of the rank reward unless the spec says otherwise.</summary>
    public const int DefaultCutoff = 1000;

    /// <summary>β, the share of the similarity reward, unless the spec says otherwise.</summary>
    public const double DefaultBeta = 0.05;

    /// <summary>NDCG@K with one relevant item: 1 / log2(rank + 1) up to the cutoff, 0 after it. In [0, 1].</summary>
    /// <param name="rank">1 or more.</param>
    /// <param name="cutoff">K, 1 or more.</param>
    public static double Ndcg(int rank, int cutoff = DefaultCutoff)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rank, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(cutoff, 1);
        return rank <= cutoff ? PortableMath.Ln2 / PortableMath.Log(rank + 1.0) : 0.0;
    }

    /// <summary>The target's share in the softmax over the unmasked items. In [0, 1].</summary>
    /// <param name="digest">The completion's digest.</param>
    public static double Similarity(ScoreDigest digest)
    {
        ArgumentNullException.ThrowIfNull(digest);
        return Math.Min(1.0, PortableMath.Exp(digest.TargetScore - digest.LogSumExp));
    }

    /// <summary>(1 − β) · NDCG@K + β · similarity. In [0, 1].</summary>
    /// <param name="digest">The completion's digest.</param>
    /// <param name="beta">β, in [0, 1].</param>
    /// <param name="cutoff">K, 1 or more.</param>
    public static double Fused(ScoreDigest digest, double beta = DefaultBeta, int cutoff = DefaultCutoff)
    {
        ArgumentNullException.ThrowIfNull(digest);
        if (!(beta is >= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(beta), beta, "Beta lies in 0 to 1.");
        }

        return ((1.0 - beta) * Ndcg(digest.Rank, cutoff)) + (beta * Similarity(digest));
    }
}
