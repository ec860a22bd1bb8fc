namespace R2ec.Distributed.Core.Runs;

/// <summary>What a piece of work asks of a worker.</summary>
public enum WorkKind
{
    /// <summary>Generate and score the groups of a bundle.</summary>
    Rollout = 0,

    /// <summary>Encode items.</summary>
    Encode = 1,

    /// <summary>Measure users.</summary>
    Measure = 2,

    /// <summary>Reward the groups of a bundle.</summary>
    Reward = 3,
}
