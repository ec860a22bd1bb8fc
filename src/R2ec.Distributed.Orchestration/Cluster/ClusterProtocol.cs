using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Cluster;

/// <summary>
/// Talk between a cluster's nodes and the coordinator that is active. Nodes ask and beat, on every beat again: what is lost on the way is said again a
/// second later, and whoever coordinates next hears it too.
/// </summary>
public static class ClusterProtocol
{
    /// <summary>A node lives.</summary>
    /// <param name="Node">Its name.</param>
    /// <param name="Incarnation">This life of it; a restarted node has another.</param>
    /// <param name="Roles">Its roles.</param>
    /// <param name="Bulk">Its address on the bulk channel.</param>
    /// <param name="Process">Process id on its host.</param>
    /// <param name="MemoryBytes">Resident memory.</param>
    /// <param name="Run">The run that it is put together for; null while it is for none.</param>
    /// <param name="Lacks">Why it does not work for the run; empty where it does.</param>
    /// <param name="Weights">Digest of the policy that it holds.</param>
    /// <param name="Draining">Whether it takes no more work and ends.</param>
    /// <param name="RestartsLeft">How often its process may still die before its supervisor leaves it alone; null where nobody counts.</param>
    public sealed record NodeBeat(
        string Node, string Incarnation, IReadOnlyList<string> Roles, string Bulk, int Process, long MemoryBytes, RunId? Run, string Lacks, Digest? Weights, bool Draining,
        int? RestartsLeft = null) : IWireMessage;

    /// <summary>The active coordinator's answer to a beat.</summary>
    /// <param name="Bulk">Its address on the bulk channel.</param>
    /// <param name="Run">The run that works; null for none.</param>
    /// <param name="Epoch">The run's epoch.</param>
    /// <param name="Sheet">What the run is made of; null for none.</param>
    /// <param name="Order">What the node is to do.</param>
    public sealed record Welcome(string Bulk, RunId? Run, Epoch Epoch, BlobRef? Sheet, NodeOrder Order) : IWireMessage;

    /// <summary>What a node is to do.</summary>
    public enum NodeOrder
    {
        /// <summary>Ask for work.</summary>
        Work = 0,

        /// <summary>Live, without work.</summary>
        Rest = 1,

        /// <summary>Hand back what it has and end.</summary>
        Drain = 2,
    }

    /// <summary>A node says what it can do, or has, for the run's learner.</summary>
    public interface ILearnerNode : IWireMessage;

    /// <summary>A learner node can take the learner's seat, or holds it.</summary>
    /// <param name="Node">The node.</param>
    /// <param name="Seat">Name of the seat, another one in every life of the node.</param>
    /// <param name="Bulk">The node's address on the bulk channel.</param>
    /// <param name="Epoch">Epoch of the newest order that it holds; 0 for none.</param>
    public sealed record AskForSeat(string Node, string Seat, string Bulk, Epoch Epoch) : ILearnerNode;

    /// <summary>A node can keep copies of checkpoints, and says which ones it has.</summary>
    /// <param name="Node">The node.</param>
    /// <param name="Keeper">Name of its keeper, another one in every life of the node.</param>
    /// <param name="Bulk">The node's address on the bulk channel.</param>
    /// <param name="Learns">Whether it could take the learner's seat.</param>
    /// <param name="Held">Manifests of the checkpoints that stand there whole: their files were read and compared.</param>
    public sealed record OfferKeeping(string Node, string Keeper, string Bulk, bool Learns, IReadOnlyList<Digest> Held) : ILearnerNode;

    /// <summary>Enough nodes that live hold these checkpoints.</summary>
    /// <param name="Manifests">Their manifests.</param>
    public sealed record CheckpointsHeld(IReadOnlyList<Digest> Manifests) : IWireMessage;

    /// <summary>Keep a copy of a checkpoint.</summary>
    /// <param name="Run">The run.</param>
    /// <param name="Checkpoint">Which.</param>
    /// <param name="Holder">Address of its holder on the bulk channel.</param>
    /// <param name="Keep">Folders of the checkpoints that are kept beside it.</param>
    public sealed record KeepCheckpoint(RunId Run, CheckpointRecord Checkpoint, string Holder, IReadOnlyList<string> Keep) : IWireMessage;

    /// <summary>Copies of checkpoints that are kept no longer go.</summary>
    /// <param name="Run">The run.</param>
    /// <param name="Keep">Folders of the checkpoints that are kept.</param>
    public sealed record DropCheckpoints(RunId Run, IReadOnlyList<string> Keep) : IWireMessage;

    /// <summary>A node that may have worked for the run is gone.</summary>
    /// <param name="Node">Its name.</param>
    /// <param name="Prefix">Names of its workers begin with this.</param>
    /// <param name="Role">What it did.</param>
    /// <param name="Evidence">By what that was seen; empty where it left in order.</param>
    /// <param name="Silent">Time since its last sign of life.</param>
    public sealed record NodeGone(string Node, string Prefix, string Role, string Evidence, TimeSpan Silent) : IWireMessage;

    /// <summary>The learner is gone: the run begins its next epoch with another.</summary>
    /// <param name="Epoch">Epoch in which it was appointed.</param>
    /// <param name="Node">Its node.</param>
    /// <param name="Evidence">By what that was seen.</param>
    /// <param name="Silent">Time since its last sign of life.</param>
    public sealed record LearnerLost(Epoch Epoch, string Node, string Evidence, TimeSpan Silent) : IWireMessage;

    /// <summary>Hold the run at the next boundary; answered by <see cref="Runs.RunProtocol.Answer"/> once that stands in the journal.</summary>
    public sealed record PauseRun(RunId Run) : IWireMessage;

    /// <summary>End the run for good.</summary>
    public sealed record StopRun(RunId Run) : IWireMessage;
}
