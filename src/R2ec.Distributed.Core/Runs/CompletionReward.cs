namespace R2ec.Distributed.Core.Runs;

/// <summary>What a completion is worth, and of what that is made.</summary>
/// <param name="Reward">The reward that is trained on, factors and terms included.</param>
/// <param name="RankPart">NDCG@K of the target.</param>
/// <param name="SimilarityPart">The target's share in the softmax.</param>
/// <param name="OffFormat">Whether the chain misses <c>chain_format</c>.</param>
/// <param name="Terms">Values of the spec's further terms, in its order; null where it has none.</param>
public sealed record CompletionReward(double Reward, double RankPart, double SimilarityPart, bool OffFormat, IReadOnlyList<TermValue>? Terms = null);
