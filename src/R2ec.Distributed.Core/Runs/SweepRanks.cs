using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;

namespace R2ec.Distributed.Core.Runs;

/// <summary>Ranks of a split's samples with one kind of chain.</summary>
/// <param name="Split">The split.</param>
/// <param name="Mode">Which chain they had.</param>
/// <param name="Samples">The samples.</param>
/// <param name="Ranks">Rank of each one's target, from 1.</param>
public sealed record SweepRanks(Split Split, ChainMode Mode, IReadOnlyList<SampleId> Samples, IReadOnlyList<int> Ranks);
