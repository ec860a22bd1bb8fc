using R2ec.Distributed.Core;
using R2ec.Distributed.Core.RewardTerms;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Core.Spec.Sections;
using R2ec.Distributed.Orchestration.Rollouts;
using R2ec.Distributed.Orchestration.Threads;

namespace R2ec.Distributed.Orchestration.Rewards;

/// <summary>A spec's further reward terms: adds their values to groups that have their fused reward. Every term is asked for every completion.</summary>
public sealed class RewardTerms : IAsyncDisposable
{
    private const int LongestReason = 200;

    private readonly RewardsSpec _spec;
    private readonly IReadOnlyList<ITermSource> _sources;

    private RewardTerms(RewardsSpec spec, IReadOnlyList<ITermSource> sources) => (_spec, _sources) = (spec, sources);

    /// <summary>The terms of a checked spec.</summary>
    /// <param name="spec">The spec's section.</param>
    /// <param name="sources">What the node has for them.</param>
    /// <param name="thread">Where terms in process are computed.</param>
    /// <param name="clock">Measures deadlines and waits.</param>
    /// <exception cref="InputException">A token that the spec names is not held here.</exception>
    public static RewardTerms Of(RewardsSpec spec, RewardSources sources, WorkThread thread, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return new RewardTerms(spec, [.. spec.Terms.Select(term => Source(term, sources, thread, clock))]);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        foreach (var source in _sources)
        {
            source.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>The groups of a bundle with all terms of their rewards; those that have no fused reward stay as they are.</summary>
    internal async Task<IReadOnlyList<ScoringResult>> AddAsync(WorkProtocol.Lease lease, IReadOnlyList<ScoringResult> fused, CancellationToken stop)
    {
        ScoredGroup[] groups = [.. fused.OfType<ScoringResult.Scored>().Select(scored => scored.Group)];
        if (groups.Length < fused.Count)
        {
            return fused;                                            // the bundle fails: asking services would be idle
        }

        TermRequest[] requests = [.. groups.SelectMany(group => Enumerable.Range(0, group.Rewards.Count).Select(place => new TermRequest(lease.Run, lease.Attempt, group.Rollout, place)))];
        var results = await Task.WhenAll(_sources.Select(source => source.ValuesAsync(requests, stop))).ConfigureAwait(false);
        foreach (var (term, values) in _spec.Terms.Zip(results))
        {
            if (values.Index().FirstOrDefault(pair => pair.Item is TermResult.Failed) is { Item: TermResult.Failed failed } at)
            {
                return [new ScoringResult.Failed($"reward term {term.Name}, completion {requests[at.Index].Id}: {failed.Reason}")];
            }
        }

        var next = 0;
        return [.. groups.Select(group => new ScoringResult.Scored(group with { Rewards = [.. group.Rewards.Select(reward => RewardSum.Of(_spec, reward, Values(results, next++)))] }))];
    }

    private static ITermSource Source(RewardTermSpec term, RewardSources sources, WorkThread thread, TimeProvider clock) => RewardTermKinds.InProcess.TryGetValue(term.Kind, out var make)
        ? new InProcessTerm(make(term), thread)
        : new ServiceTerm(term, new ServiceClient(term, term.Token is { } name ? sources.Token(name) : null, sources.Handler(), clock), sources.Texts, clock);

    private TermValue[] Values(IReadOnlyList<TermResult>[] results, int place) => [.. _spec.Terms.Zip(results, (term, values) => values[place] switch
    {
        TermResult.Score score => new TermValue(term.Name, score.Value, ""),
        TermResult.Rejected rejected => new TermValue(term.Name, 0, Short(rejected.Reason)),
        var other => throw new InvalidOperationException($"No rule for {other.GetType().Name}."),
    })];

    // An empty reason would not be told apart from none.
    private static string Short(string reason) => reason.Length == 0 ? "no reason given" : reason.Length <= LongestReason ? reason : reason[..LongestReason];
}
