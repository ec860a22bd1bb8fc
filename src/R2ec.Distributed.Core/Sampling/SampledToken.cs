namespace R2ec.Distributed.Core.Sampling;

/// <summary>A token with what must be recorded of it.</summary>
/// <param name="Token">Its id.</param>
/// <param name="PolicyLogProbability">Natural log, of the un-tempered softmax over the whole vocabulary. Ratios and losses use it.</param>
/// <param name="SamplerLogProbability">Natural log after temperature, top-k and top-p; 0 where the choice was greedy.</param>
/// <param name="Entropy">Entropy of the policy (un-tempered, whole vocabulary) in nats, 0 or more.</param>
public readonly record struct SampledToken(int Token, float PolicyLogProbability, float SamplerLogProbability, float Entropy);
