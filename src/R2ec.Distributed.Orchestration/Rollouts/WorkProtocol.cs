using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Rollouts;

/// <summary>
/// Talk between a run's dispatcher, those who need work done, and the workers of the pools. Workers ask; nobody pushes. Contents and results are blobs.
/// </summary>
public static class WorkProtocol
{
    /// <summary>A worker has time, or would fetch ahead what it does next.</summary>
    /// <param name="Worker">Its name, unique in the cluster.</param>
    /// <param name="Kinds">What it can do.</param>
    public sealed record AskForWork(string Worker, IReadOnlyList<int> Kinds) : IWireMessage
    {
        /// <summary>Whether it can do a kind of work.</summary>
        public bool CanDo(WorkKind kind) => Kinds.Contains((int)kind);
    }

    /// <summary>Someone needs work done.</summary>
    /// <param name="Work">Its name.</param>
    /// <param name="Kind">What is asked for.</param>
    /// <param name="Epoch">In which life of the coordinator.</param>
    /// <param name="Policy">Weights that have to do it; null where none are needed.</param>
    /// <param name="Table">Item table that it needs; null where it needs none.</param>
    /// <param name="Content">What is to be done.</param>
    /// <param name="Cost">What it is expected to cost, above 0, in a unit of its kind: the longest goes first.</param>
    public sealed record Enqueue(WorkId Work, WorkKind Kind, Epoch Epoch, Digest? Policy, BlobRef? Table, BlobRef Content, double Cost) : IWireMessage;

    /// <summary>A worker gets work for a time.</summary>
    /// <param name="Run">The run that it belongs to.</param>
    /// <param name="Work">Its name.</param>
    /// <param name="Attempt">How often it was given out.</param>
    /// <param name="Kind">What is asked for.</param>
    /// <param name="Epoch">In which life of the coordinator.</param>
    /// <param name="Policy">Weights that have to do it.</param>
    /// <param name="Table">Item table that it needs.</param>
    /// <param name="Content">What is to be done.</param>
    /// <param name="Holds">How long the lease holds without a sign of life.</param>
    /// <param name="Later">The newest version, where the work is a bundle whose chains may go over to it; null elsewhere.</param>
    public sealed record Lease(
        RunId Run, WorkId Work, Attempt Attempt, WorkKind Kind, Epoch Epoch, Digest? Policy, BlobRef? Table, BlobRef Content, TimeSpan Holds, PolicyVersion? Later = null) : IWireMessage;

    /// <summary>A version of the policy is published, and chains that are being written may go over to it. Who does not hear of it writes on with what it has.</summary>
    /// <param name="Run">The run.</param>
    /// <param name="Version">The version.</param>
    public sealed record LaterPolicy(RunId Run, PolicyVersion Version) : IWireMessage;

    /// <summary>A lease that a worker has is not needed any more: another worker has the work, or has done it. What was not begun is left, what was begun may be broken off.</summary>
    public sealed record Withdraw(RunId Run, WorkId Work, Attempt Attempt) : IWireMessage;

    /// <summary>A worker still works, or holds a lease that it has fetched ahead.</summary>
    public sealed record StillWorking(RunId Run, WorkId Work, Attempt Attempt) : IWireMessage;

    /// <summary>A worker has done it.</summary>
    /// <param name="Run">The run.</param>
    /// <param name="Work">The work.</param>
    /// <param name="Attempt">The attempt that this answers.</param>
    /// <param name="Epoch">The epoch of the lease.</param>
    /// <param name="Policy">Digest of the weights that the worker holds.</param>
    /// <param name="Table">Digest of the item table that it holds.</param>
    /// <param name="Result">What came out.</param>
    public sealed record WorkDone(RunId Run, WorkId Work, Attempt Attempt, Epoch Epoch, Digest? Policy, Digest? Table, BlobRef Result) : IWireMessage;

    /// <summary>A worker could not do it.</summary>
    /// <param name="Run">The run.</param>
    /// <param name="Work">The work.</param>
    /// <param name="Attempt">The attempt that this answers.</param>
    /// <param name="Reason">What went wrong.</param>
    /// <param name="Kind">What that means for the work.</param>
    public sealed record WorkFailed(RunId Run, WorkId Work, Attempt Attempt, string Reason, FailureKind Kind) : IWireMessage;

    /// <summary>Work that was asked for is done.</summary>
    /// <param name="Work">The work.</param>
    /// <param name="Policy">Digest of the weights that did it.</param>
    /// <param name="Table">Digest of the item table that was used.</param>
    /// <param name="Result">What came out; whoever asked releases it.</param>
    public sealed record WorkFinished(WorkId Work, Digest? Policy, Digest? Table, BlobRef Result) : IWireMessage;

    /// <summary>Work that was asked for cannot be done.</summary>
    public sealed record WorkExhausted(WorkId Work, string Reason, bool IsInput) : IWireMessage;

    /// <summary>Workers are gone: what they have is given to others, and what they asked for is forgotten.</summary>
    /// <param name="Prefix">Their names begin with this.</param>
    /// <param name="Died">The node that died with them; empty where they left in order.</param>
    public sealed record WorkersGone(string Prefix, string Died) : IWireMessage;

    /// <summary>What the workers' leave took away.</summary>
    /// <param name="Prefix">Whose.</param>
    /// <param name="Returned">Leases that were taken back.</param>
    public sealed record LeasesReturned(string Prefix, int Returned) : IWireMessage;

    /// <summary>Nothing that was asked for is needed any more.</summary>
    public sealed record ForgetAll : IWireMessage;
}
