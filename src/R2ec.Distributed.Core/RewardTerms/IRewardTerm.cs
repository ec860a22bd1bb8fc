using R2ec.Distributed.Core.Ports;

namespace R2ec.Distributed.Core.RewardTerms;

/// <summary>
/// A term of the reward that is computed in process: a pure function of a completion and its group, without clock, chance or I/O, so that two nodes give
/// the same value. Thread-safe.
/// </summary>
public interface IRewardTerm
{
    /// <summary>What a completion is worth by this term.</summary>
    /// <param name="group">Its group.</param>
    /// <param name="completion">Its place in the group, from 0.</param>
    TermResult Of(GroupRollout group, int completion);
}
