namespace R2ec.Distributed.Core.RecPo;

/// <summary>
/// What both rewards need of one completion's scores over the catalogue, so that no rollout ships N scores. Masked items (seen by the user and not
/// the target, and the padding item 0) are left out everywhere.
/// </summary>
/// <param name="TargetScore">Similarity of user and target over the temperature, as stored.</param>
/// <param name="Rank">1 + number of unmasked items with a higher score, or an equal score and a smaller id.</param>
/// <param name="LogSumExp">Natural log of the sum of exp(score) over the unmasked items, the target included.</param>
/// <param name="TopIds">Best items, score descending, then id ascending; all unmasked items where there are fewer than asked for.</param>
/// <param name="TopScores">Their scores.</param>
/// <remarks>Source: algorithms.md, section Reward; R2ec (arXiv 2505.16994v2).</remarks>
public sealed record ScoreDigest(float TargetScore, int Rank, double LogSumExp, int[] TopIds, float[] TopScores);
