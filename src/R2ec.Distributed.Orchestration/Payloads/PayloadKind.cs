namespace R2ec.Distributed.Orchestration.Payloads;

/// <summary>What a payload holds.</summary>
public enum PayloadKind
{
    /// <summary>A scored group.</summary>
    Group = 0,

    /// <summary>An item table.</summary>
    Table = 1,

    /// <summary>Ranks of an evaluation.</summary>
    Ranks = 2,

    /// <summary>Chains of an evaluation.</summary>
    Chains = 3,
}
