namespace R2ec.Distributed.Core.Runs;

/// <summary>How rollouts and training overlap.</summary>
public enum TrainingMode
{
    /// <summary>A step trains on rollouts of its own policy version; one waits for the other.</summary>
    Sync = 0,

    /// <summary>The rollouts of the next step are made while a step trains, by the policy of exactly one version earlier. The weights follow from the spec.</summary>
    OneStepOff = 1,

    /// <summary>Several planned steps are in work; a step trains on the groups that are there. The weights follow from the journal.</summary>
    Async = 2,
}
