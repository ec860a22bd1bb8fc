using System.Collections.Immutable;
using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Core.Runs;

/// <summary>A planned step's ledger: every planned group ends in it exactly once.</summary>
/// <param name="Step">Number of the plan, from 1; in sync and one-step-off it is the RL step that trains it.</param>
/// <param name="Samples">Its prompts, one per group.</param>
/// <param name="Bundles">Sizes of the bundles that its groups are generated in.</param>
/// <param name="Policy">Digest of the weights that generate.</param>
/// <param name="Version">Version of these weights.</param>
/// <param name="Table">Digest of the item table that scores.</param>
/// <param name="Payloads">For each group its payload; null while it is missing.</param>
/// <param name="Ended">Groups that a step took or that were dropped, by index.</param>
public sealed record StepRecord(
    int Step, IReadOnlyList<SampleId> Samples, IReadOnlyList<int> Bundles, Digest Policy, int Version, Digest Table, ImmutableArray<Digest?> Payloads, ImmutableHashSet<int> Ended)
{
    /// <summary>Groups that have not ended.</summary>
    public int OpenCount => Samples.Count - Ended.Count;

    /// <summary>Groups that are still to be generated.</summary>
    public int MissingCount => Enumerable.Range(0, Samples.Count).Count(IsMissing);

    /// <summary>Bundles in which a group is missing, by index.</summary>
    public IReadOnlyList<int> MissingBundles
    {
        get
        {
            var missing = new List<int>();
            var first = 0;
            for (var bundle = 0; bundle < Bundles.Count; bundle++)
            {
                if (Enumerable.Range(first, Bundles[bundle]).Any(IsMissing))
                {
                    missing.Add(bundle);
                }

                first += Bundles[bundle];
            }

            return missing;
        }
    }

    /// <summary>Whether a group is still to be generated.</summary>
    public bool IsMissing(int group) => Payloads[group] is null && !Ended.Contains(group);

    /// <summary>Groups of these indices that have not ended, in their order.</summary>
    public IReadOnlyList<int> Open(IEnumerable<int> groups) => [.. groups.Where(group => group < Samples.Count && !Ended.Contains(group))];

    /// <summary>Index of a bundle's first group.</summary>
    public int FirstGroup(int bundle) => Bundles.Take(bundle).Sum();
}
