namespace R2ec.Distributed.Core.Randomness;

/// <summary>What a random number is for. Two purposes never share a number. The values are part of every run's bits: never renumber one.</summary>
public enum ChancePurpose : byte
{
    /// <summary>Initial weights.</summary>
    Initialisation = 1,

    /// <summary>Order of the warm start's samples.</summary>
    WarmStartOrder = 2,

    /// <summary>Chains that the warm start imitates.</summary>
    WarmStartChains = 3,

    /// <summary>Pretraining.</summary>
    Pretrain = 4,

    /// <summary>Order of the prompts of an epoch.</summary>
    PromptOrder = 5,

    /// <summary>Tokens of rollouts.</summary>
    Sampling = 6,

    /// <summary>Dropout masks.</summary>
    Dropout = 7,

    /// <summary>Bootstrap intervals.</summary>
    Bootstrap = 8,

    /// <summary>Who reads whose chain in the control with permuted chains.</summary>
    PermutedChains = 9,

    /// <summary>The embedded world of the quickstart.</summary>
    World = 10,

    /// <summary>Tokens of evaluations that sample.</summary>
    EvaluationSampling = 11,

    /// <summary>Replacement prompts of dynamic sampling.</summary>
    Replacement = 12,
}
