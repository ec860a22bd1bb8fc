using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Spec.Sections;

namespace R2ec.Distributed.Node.Security;

/// <summary>
/// Bearer tokens of reward services. A spec names a token and never a variable or a file, so that whoever submits a spec cannot have a node send away what
/// else its environment or its disk hold.
/// </summary>
internal static class RewardTokens
{
    private const string Prefix = "R2EC_REWARD_TOKEN_";

    /// <summary>The token of a name: the variable itself, or the text of the file that the variable with _FILE names.</summary>
    /// <exception cref="InputException">Neither is set, or the file is no secret of its owner's.</exception>
    public static string Read(string name)
    {
        var variable = Prefix + name.ToUpperInvariant();
        return Environment.GetEnvironmentVariable(variable)?.Trim() is { Length: > 0 } token ? token
            : Environment.GetEnvironmentVariable(variable + "_FILE") is { Length: > 0 } file ? SecretFile.Read(file)
            : throw new InputException($"The spec's reward token '{name}' is not held here. Set {variable}, or {variable}_FILE to a file that holds it.");
    }

    /// <summary>Makes sure that every token of a spec is held here.</summary>
    /// <exception cref="InputException">One is not.</exception>
    public static void Require(RewardsSpec rewards)
    {
        foreach (var name in rewards.Terms.Select(term => term.Token).OfType<string>())
        {
            _ = Read(name);
        }
    }
}
