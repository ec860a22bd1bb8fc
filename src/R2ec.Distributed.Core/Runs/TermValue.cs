namespace R2ec.Distributed.Core.Runs;

/// <summary>What one term of the reward came to for a completion.</summary>
/// <param name="Name">The term's name in the spec.</param>
/// <param name="Value">Its value before the weight; 0 where it rejects the completion.</param>
/// <param name="Rejected">Why it rejects the completion; empty where it does not.</param>
public sealed record TermValue(string Name, double Value, string Rejected)
{
    /// <summary>Whether it rejects the completion.</summary>
    public bool IsRejected => Rejected.Length > 0;
}
