using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Orchestration.Rewards;

/// <summary>How the scoring of a group ended. A failure is never a zero.</summary>
public abstract record ScoringResult
{
    private ScoringResult()
    {
    }

    /// <summary>It has its rewards.</summary>
    public sealed record Scored(ScoredGroup Group) : ScoringResult;

    /// <summary>The group itself is wrong.</summary>
    public sealed record Rejected(string Reason) : ScoringResult;

    /// <summary>Whoever made or scored it is at fault: it is tried again within a budget.</summary>
    public sealed record Failed(string Reason) : ScoringResult;
}
