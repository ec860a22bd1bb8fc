namespace R2ec.Distributed.Core.Sampling;

/// <summary>The tokens that a filter leaves, logit descending, then id ascending.</summary>
/// <param name="Ids">Token ids.</param>
/// <param name="LogProbabilities">Natural logs; the probabilities sum to 1.</param>
public sealed record KeptTokens(int[] Ids, double[] LogProbabilities);
