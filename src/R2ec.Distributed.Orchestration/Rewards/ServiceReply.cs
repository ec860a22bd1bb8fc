using R2ec.Distributed.Core.RewardTerms;

namespace R2ec.Distributed.Orchestration.Rewards;

/// <summary>What one request to a reward service came to.</summary>
internal abstract record ServiceReply
{
    private ServiceReply()
    {
    }

    /// <summary>It answered.</summary>
    /// <param name="Results">Results by the completions' ids.</param>
    internal sealed record Answered(IReadOnlyDictionary<string, TermResult> Results) : ServiceReply;

    /// <summary>There is no answer of use.</summary>
    /// <param name="Reason">Why.</param>
    /// <param name="After">When the service wants to be asked again; null where it did not say.</param>
    internal sealed record Refused(string Reason, TimeSpan? After) : ServiceReply;
}
