using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Core.Runs;

/// <summary>What a step trains on, in a fixed order: all that is needed to train it again.</summary>
/// <param name="Step">RL step, from 1.</param>
/// <param name="Policy">Digest of the weights that it trains: those after the step before.</param>
/// <param name="Payloads">Its groups' payloads.</param>
/// <param name="Age">How old its groups are.</param>
/// <param name="Weights">Digest of the policy after the step; null while it is not trained.</param>
public sealed record StepAssembly(int Step, Digest Policy, DigestList Payloads, Staleness Age, Digest? Weights)
{
    /// <summary>A planned step that is trained as it was planned.</summary>
    /// <param name="planned">Its ledger; every group is completed.</param>
    /// <param name="policy">The weights that it trains.</param>
    public static StepAssembly Whole(StepRecord planned, Digest policy)
    {
        ArgumentNullException.ThrowIfNull(planned);
        var age = planned.Step - 1 - planned.Version;
        return new StepAssembly(planned.Step, policy, [.. planned.Payloads.Select(payload => payload!.Value)], new Staleness(age, age, age), null);
    }
}
