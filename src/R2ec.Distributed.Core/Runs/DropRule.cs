namespace R2ec.Distributed.Core.Runs;

/// <summary>Why planned groups are not trained on.</summary>
public enum DropRule
{
    /// <summary>They are older than <c>recpo.max_staleness</c> allows. Admission leaves no room for it; the rule stands before training all the same.</summary>
    Stale = 0,

    /// <summary>The workers failed at them more often than the budget allows; other prompts take their place.</summary>
    Failed = 1,

    /// <summary>The run ends earlier than it was planned.</summary>
    Shortened = 2,

    /// <summary>The last step is trained, and they were left over.</summary>
    Surplus = 3,
}
