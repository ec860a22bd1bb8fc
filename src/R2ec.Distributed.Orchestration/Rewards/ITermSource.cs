using R2ec.Distributed.Core.RewardTerms;

namespace R2ec.Distributed.Orchestration.Rewards;

/// <summary>Where the values of one term come from. Failures are results, not exceptions.</summary>
internal interface ITermSource : IDisposable
{
    /// <summary>A result for each completion, in their order.</summary>
    Task<IReadOnlyList<TermResult>> ValuesAsync(IReadOnlyList<TermRequest> requests, CancellationToken stop);
}
