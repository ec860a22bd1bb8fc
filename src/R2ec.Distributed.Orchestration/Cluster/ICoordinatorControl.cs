using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Orchestration.Cluster;

/// <summary>
/// What people and scripts ask of the coordinator that is active. Every call may be made again: submissions and orders are idempotent. Calls on a standby
/// throw <see cref="NotActiveException"/>, and the caller goes to another coordinator.
/// </summary>
public interface ICoordinatorControl
{
    /// <summary>Whether the coordinator of this node is the active one.</summary>
    bool IsActive { get; }

    /// <summary>Takes a run into the queue; durable when the task ends. The same name with the same spec again is the same run.</summary>
    /// <param name="run">Its name.</param>
    /// <param name="spec">The spec as resolved and checked, YAML.</param>
    /// <param name="stop">Ends the wait.</param>
    Task<ControlAnswer> SubmitAsync(RunId run, string spec, CancellationToken stop);

    /// <summary>Every run, in the order of their submission.</summary>
    Task<IReadOnlyList<RunSummary>> RunsAsync(CancellationToken stop);

    /// <summary>One run; null where there is none.</summary>
    Task<RunSummary?> FindAsync(RunId run, CancellationToken stop);

    /// <summary>A run's journal from an event on.</summary>
    /// <param name="run">The run.</param>
    /// <param name="after">Sequence number of the last event that the caller has; 0 for all.</param>
    /// <param name="stop">Ends the wait.</param>
    Task<IReadOnlyList<IRunEvent>> EventsAsync(RunId run, long after, CancellationToken stop);

    /// <summary>Holds a run's work at the next boundary.</summary>
    Task<ControlAnswer> PauseAsync(RunId run, CancellationToken stop);

    /// <summary>Goes on with a run that is paused, interrupted or failed.</summary>
    Task<ControlAnswer> ResumeAsync(RunId run, bool acceptOtherNumerics, CancellationToken stop);

    /// <summary>Ends a run for good.</summary>
    Task<ControlAnswer> StopAsync(RunId run, CancellationToken stop);

    /// <summary>Every node that the coordinator knows, by name.</summary>
    Task<IReadOnlyList<NodeStatus>> NodesAsync(CancellationToken stop);

    /// <summary>Has a node hand back its leases and end.</summary>
    Task<ControlAnswer> DrainAsync(string node, CancellationToken stop);

    /// <summary>Takes a node's work away and refuses it from now on.</summary>
    Task<ControlAnswer> EvictAsync(string node, CancellationToken stop);

    /// <summary>Lets a drained or evicted node work again.</summary>
    Task<ControlAnswer> ReadmitAsync(string node, CancellationToken stop);

    /// <summary>Who waits for whom in a run's work, since when and until when.</summary>
    Task<IReadOnlyList<WaitFact>> WaitsAsync(RunId run, CancellationToken stop);

    /// <summary>The exported tensors of a policy, as the safetensors file that its holder serves; null where no node holds it.</summary>
    Task<Stream?> OpenWeightsAsync(Digest weights, CancellationToken stop);

    /// <summary>A file of a checkpoint, as its holder serves it; null where no node that lives holds it.</summary>
    /// <param name="manifest">Digest of the checkpoint's manifest, as the journal names it.</param>
    /// <param name="file">The file's name: the manifest's own, or one that it names.</param>
    /// <param name="stop">Ends the wait.</param>
    Task<Stream?> OpenCheckpointAsync(Digest manifest, string file, CancellationToken stop);
}

/// <summary>How an order was taken.</summary>
/// <param name="Kind">How.</param>
/// <param name="Text">For people: what is the case now, or why not and what to do.</param>
public sealed record ControlAnswer(ControlKind Kind, string Text);

/// <summary>Kinds of answers to an order.</summary>
public enum ControlKind
{
    /// <summary>Done, or it is so already.</summary>
    Done = 0,

    /// <summary>There is no such run or node.</summary>
    Unknown = 1,

    /// <summary>It contradicts what is the case: another spec under the same name, a run that has ended.</summary>
    Conflict = 2,
}

/// <summary>A named wait.</summary>
/// <param name="Who">Who waits.</param>
/// <param name="What">For what, and from whom.</param>
/// <param name="Since">For how long already.</param>
/// <param name="Until">How long it may last; null where the wait ends with a report only.</param>
/// <param name="Owner">Who ends it when that time is over.</param>
public sealed record WaitFact(string Who, string What, TimeSpan Since, TimeSpan? Until, string Owner);

/// <summary>This coordinator is a standby.</summary>
public sealed class NotActiveException : Exception
{
    /// <summary>A standby was asked.</summary>
    public NotActiveException()
        : base("This coordinator is a standby; another one is active.")
    {
    }

    /// <summary>A standby was asked.</summary>
    public NotActiveException(string message)
        : base(message)
    {
    }

    /// <summary>A standby was asked.</summary>
    public NotActiveException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
