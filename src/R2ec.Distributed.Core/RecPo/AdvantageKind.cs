namespace R2ec.Distributed.Core.RecPo;

/// <summary>How a reward is compared with those of its group.</summary>
public enum AdvantageKind
{
    /// <summary>(R − mean) / (std + 1e−8), std with one degree of freedom less.</summary>
    Grpo = 0,

    /// <summary>R − mean of the other rewards of the group.</summary>
    Rloo = 1,

    /// <summary>R − mean.</summary>
    DrGrpo = 2,
}
