using R2ec.Distributed.Core.RewardTerms;
using R2ec.Distributed.Orchestration.Threads;

namespace R2ec.Distributed.Orchestration.Rewards;

/// <summary>A term that is computed here, on the reward worker's thread.</summary>
internal sealed class InProcessTerm(IRewardTerm term, WorkThread thread) : ITermSource
{
    public Task<IReadOnlyList<TermResult>> ValuesAsync(IReadOnlyList<TermRequest> requests, CancellationToken stop) =>
        thread.RunAsync<IReadOnlyList<TermResult>>(() => [.. requests.Select(request => term.Of(request.Group, request.Completion))]);

    public void Dispose()
    {
    }
}
