using System.Collections.Immutable;
using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Core.Runs;

/// <summary>A step's ledger: every planned group ends in it exactly once.</summary>
/// <param name="Step">RL step, from 1.</param>
/// <param name="Samples">Its prompts, one per group.</param>
/// <param name="Bundles">Sizes of the bundles that its groups are generated in.</param>
/// <param name="Policy">Digest of the weights that generate.</param>
/// <param name="Table">Digest of the item table that scores.</param>
/// <param name="Payloads">For each group its payload; null while it is missing.</param>
/// <param name="Weights">Digest of the policy after the step; null while it is not trained.</param>
public sealed record StepRecord(int Step, IReadOnlyList<SampleId> Samples, IReadOnlyList<int> Bundles, Digest Policy, Digest Table, ImmutableArray<Digest?> Payloads, Digest? Weights)
{
    /// <summary>Bundles in which a group is missing, by index.</summary>
    public IReadOnlyList<int> MissingBundles
    {
        get
        {
            var missing = new List<int>();
            var first = 0;
            for (var bundle = 0; bundle < Bundles.Count; bundle++)
            {
                if (Enumerable.Range(first, Bundles[bundle]).Any(group => Payloads[group] is null))
                {
                    missing.Add(bundle);
                }

                first += Bundles[bundle];
            }

            return missing;
        }
    }

    /// <summary>Index of a bundle's first group.</summary>
    public int FirstGroup(int bundle) => Bundles.Take(bundle).Sum();
}
