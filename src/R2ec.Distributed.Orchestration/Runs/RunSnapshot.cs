using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>
/// A run's state after an event, kept so that a recovery need not begin at the first one. A cache: without it the journal gives the same state, and only
/// takes longer.
/// </summary>
/// <param name="Rules">Which build's rules made the state: another build takes the journal alone, since its rules may read an event otherwise.</param>
/// <param name="State">The state, which counts the events that led to it.</param>
public sealed record RunSnapshot(string Rules, RunState State)
{
    /// <summary>The rules of this build.</summary>
    public static string OwnRules { get; } = typeof(RunState).Assembly.ManifestModule.ModuleVersionId.ToString("N");

    /// <summary>A state that this build made.</summary>
    internal static RunSnapshot Of(RunState state) => new(OwnRules, state);
}
