namespace R2ec.Distributed.Core.Runs;

/// <summary>A fault that a run went through, as its journal tells it.</summary>
/// <param name="At">When it was seen.</param>
/// <param name="Node">Name of the node that was lost; empty where the journal names none.</param>
/// <param name="Role">What it did for the run: rollout, reward, learner, coordinator.</param>
/// <param name="Evidence">By what its loss was seen.</param>
/// <param name="LeasesReturned">Pieces of its work that were given to others.</param>
/// <param name="DetectSeconds">From the last sign of life to the fact; null where nothing came before it.</param>
/// <param name="ReleaseSeconds">From the fact to the next completed group: the returned work is given out again within it; null while none came, or where no lease was returned.</param>
/// <param name="CatchUpSeconds">From the fact to the next step, stretch of the warm start or evaluation that was done; null while none is.</param>
/// <param name="BitsVerified">Whether a later step was trained: a learner compares the digest of what it restored before it trains on.</param>
public sealed record RunFault(
    DateTimeOffset At, string Node, string Role, string Evidence, int LeasesReturned, double? DetectSeconds, double? ReleaseSeconds, double? CatchUpSeconds, bool BitsVerified);
