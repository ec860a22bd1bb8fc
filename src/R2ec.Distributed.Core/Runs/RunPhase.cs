namespace R2ec.Distributed.Core.Runs;

/// <summary>What a run is doing, as its journal says.</summary>
public enum RunPhase
{
    /// <summary>Its folder stands, nothing has begun.</summary>
    Queued = 0,

    /// <summary>It works, or its process died while it did.</summary>
    Running = 1,

    /// <summary>Something failed more often than its budget allows; nothing is lost and <c>resume</c> goes on.</summary>
    Paused = 2,

    /// <summary>A person ended it; <c>resume</c> goes on.</summary>
    Interrupted = 3,

    /// <summary>Planned and trained steps agree and the last evaluation is done.</summary>
    Completed = 4,

    /// <summary>It met something that a person has to mend first.</summary>
    Failed = 5,

    /// <summary>A person ended it for good.</summary>
    Stopped = 6,
}
