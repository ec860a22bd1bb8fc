namespace R2ec.Distributed.Core.Runs;

/// <summary>Which part of the training a position lies in.</summary>
public enum RunStage
{
    /// <summary>Before RL: step w of the warm start, pretraining counted first; 0 is the initial policy.</summary>
    WarmStart = 0,

    /// <summary>RL: policy version s; 0 is the policy after the warm start with a fresh optimizer.</summary>
    Reinforcement = 1,
}
