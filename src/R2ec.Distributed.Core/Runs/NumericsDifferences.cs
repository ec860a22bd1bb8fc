namespace R2ec.Distributed.Core.Runs;

/// <summary>In what two descriptions of numerics differ, in words.</summary>
public static class NumericsDifferences
{
    /// <summary>Name of the digest of the checkpoint that the policy begins with. A run of a version that did not record it is not held to it.</summary>
    public const string Model = "model";

    /// <summary>One phrase for each name whose value differs, in order of the names; empty where they agree.</summary>
    /// <param name="recorded">What the run was made by.</param>
    /// <param name="here">What this process would make it by.</param>
    public static IReadOnlyList<string> Between(IReadOnlyDictionary<string, string> recorded, IReadOnlyDictionary<string, string> here)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        ArgumentNullException.ThrowIfNull(here);
        return
        [
            .. recorded.Keys.Union(here.Keys).Order(StringComparer.Ordinal)
                .Where(name => recorded.GetValueOrDefault(name) != here.GetValueOrDefault(name) && (name != Model || recorded.ContainsKey(name)))
                .Select(name => $"{name} was {recorded.GetValueOrDefault(name, "not set")} and is {here.GetValueOrDefault(name, "not set")} here"),
        ];
    }
}
