using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>What a proof found.</summary>
/// <param name="From">Where it began.</param>
/// <param name="To">How far its weights agree with the journal.</param>
/// <param name="Weights">Digest of the policy there.</param>
/// <param name="Differs">The first position at which they differ; null where the whole run is proved.</param>
/// <param name="Journaled">What the journal says there.</param>
/// <param name="Made">What was made.</param>
/// <param name="Notes">Checkpoints that were passed over.</param>
public sealed record ReplayReport(RunPosition From, RunPosition To, Digest? Weights, RunPosition? Differs, Digest? Journaled, Digest? Made, IReadOnlyList<string> Notes)
{
    /// <summary>Whether every step's weights are those of the journal.</summary>
    public bool IsProved => Differs is null;
}
