namespace R2ec.Distributed.Core.Runs;

/// <summary>How much an evaluation measures.</summary>
public enum EvaluationKind
{
    /// <summary>Step 0: validation and test, with both controls.</summary>
    First = 0,

    /// <summary>In between: validation alone.</summary>
    Interim = 1,

    /// <summary>After the last step: as the first, and the gains against it.</summary>
    Last = 2,
}
