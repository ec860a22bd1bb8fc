namespace R2ec.Distributed.Core.RecPo;

/// <summary>What the token part of the loss divides by. Gradients differ in size by up to 7 times: a learning rate does not carry over.</summary>
public enum TokenAggregation
{
    /// <summary>Sum over the batch's tokens / number of trainable tokens of the batch (the released code's mean).</summary>
    TokenMean = 0,

    /// <summary>Mean over all completions of each one's mean over its own tokens.</summary>
    SequenceMean = 1,

    /// <summary>Mean over all completions of each one's sum (the paper's Eq. 8).</summary>
    TokenSum = 2,
}
