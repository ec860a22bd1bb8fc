namespace R2ec.Distributed.Core.Runs;

/// <summary>What a reported failure leads to.</summary>
public enum FailureVerdict
{
    /// <summary>It answers an earlier attempt or finished work: nothing changes.</summary>
    Ignored = 0,

    /// <summary>The work is given out again.</summary>
    Again = 1,

    /// <summary>The budget is spent: the work is set aside.</summary>
    Exhausted = 2,
}
