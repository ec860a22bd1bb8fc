namespace R2ec.Distributed.Core.Runs;

/// <summary>What a worker's failure means for the work.</summary>
public enum FailureKind
{
    /// <summary>The worker could not do it: tried again within a budget.</summary>
    Fault = 0,

    /// <summary>A person has to mend what the reason says: trying again is idle.</summary>
    Input = 1,

    /// <summary>What the work needs was lost with the process that held it: tried again, at no cost to any budget.</summary>
    Lost = 2,
}
