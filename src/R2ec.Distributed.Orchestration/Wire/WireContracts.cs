using System.Collections.Frozen;

namespace R2ec.Distributed.Orchestration.Wire;

/// <summary>Every contract that this version writes and reads.</summary>
public static class WireContracts
{
    private static readonly FrozenDictionary<string, WireContract> ByManifest = All.ToFrozenDictionary(contract => contract.Manifest, StringComparer.Ordinal);
    private static readonly FrozenDictionary<Type, WireContract> ByType = All.ToFrozenDictionary(contract => contract.Type);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<WireContract> All => [.. EventContracts.All, .. MessageContracts.All];

    /// <summary>The contract of a manifest; null where this version does not know it.</summary>
    public static WireContract? Of(string manifest) => ByManifest.GetValueOrDefault(manifest);

    /// <summary>The contract of a type; null where it has none.</summary>
    public static WireContract? Of(Type type) => ByType.GetValueOrDefault(type);
}
