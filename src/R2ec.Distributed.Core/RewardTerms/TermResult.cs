namespace R2ec.Distributed.Core.RewardTerms;

/// <summary>How the valuation of a completion by one term ended. A failure is never a zero.</summary>
public abstract record TermResult
{
    private TermResult()
    {
    }

    /// <summary>It has a value.</summary>
    /// <param name="Value">The value before its weight; finite.</param>
    public sealed record Score(double Value) : TermResult;

    /// <summary>The completion itself is refused: its whole reward is <c>rewards.rejected_reward</c>.</summary>
    /// <param name="Reason">Why; kept in the payload.</param>
    public sealed record Rejected(string Reason) : TermResult;

    /// <summary>Nothing is known of the completion: whoever values it is at fault, and it is tried again.</summary>
    /// <param name="Reason">What went wrong.</param>
    public sealed record Failed(string Reason) : TermResult;
}
