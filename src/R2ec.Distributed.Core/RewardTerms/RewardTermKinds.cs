using System.Collections.Frozen;
using R2ec.Distributed.Core.Spec.Sections;

namespace R2ec.Distributed.Core.RewardTerms;

/// <summary>
/// The terms that are computed in process, by the kind that a spec names. A new one is a class of <see cref="IRewardTerm"/>, a line here, and its kind among
/// the choices of <see cref="RewardTermSpec.Kind"/>; a test holds both to each other.
/// </summary>
public static class RewardTermKinds
{
    /// <summary>The kind whose values come from an HTTP service.</summary>
    public const string Service = "service";

    /// <summary>Makers of the terms in process.</summary>
    public static IReadOnlyDictionary<string, Func<RewardTermSpec, IRewardTerm>> InProcess { get; } = new Dictionary<string, Func<RewardTermSpec, IRewardTerm>>
    {
        ["length"] = spec => new LengthTerm(spec.FreeTokens, spec.MostTokens),
        ["format"] = spec => new FormatTerm(spec.Pattern!, spec.Rejects),
    }.ToFrozenDictionary();
}
