using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using static R2ec.Distributed.Orchestration.Cluster.ClusterProtocol;

namespace R2ec.Distributed.Orchestration.Wire;

/// <summary>How the talk of a cluster's nodes stands on the wire.</summary>
internal static class ClusterContracts
{
    internal static IReadOnlyList<WireContract> All { get; } =
    [
        WireContract.Of<NodeBeat>("cluster.node-beat.v1", 11,
            (ref w, m) => { w.Write(m.Node); w.Write(m.Incarnation); w.List(m.Roles, (ref i, t) => i.Write(t)); w.Write(m.Bulk); w.Write(m.Process); w.Write(m.MemoryBytes); w.Write(m.Run?.Value); w.Write(m.Lacks); w.Put(m.Weights); w.Write(m.Draining); w.PutOptional(m.RestartsLeft); },
            (ref r) => new(r.Text(), r.Text(), r.List((ref i) => i.Text()), r.Text(), r.ReadInt32(), r.ReadInt64(), OptionalRun(r.ReadString()), r.Text(), r.OptionalDigest(), r.ReadBoolean(), r.End ? null : r.OptionalInt()), optional: 1),
        WireContract.Of<Welcome>("cluster.welcome.v1", 5,
            (ref w, m) => { w.Write(m.Bulk); w.Write(m.Run?.Value); w.Put(m.Epoch); w.Put(m.Sheet); w.Write((int)m.Order); },
            (ref r) => new(r.Text(), OptionalRun(r.ReadString()), r.Epoch(), r.OptionalBlob(), r.Choice<NodeOrder>())),
        WireContract.Of<AskForSeat>("cluster.ask-for-seat.v1", 4,
            (ref w, m) => { w.Write(m.Node); w.Write(m.Seat); w.Write(m.Bulk); w.Put(m.Epoch); },
            (ref r) => new(r.Text(), r.Text(), r.Text(), r.Epoch())),
        WireContract.Of<OfferKeeping>("cluster.offer-keeping.v1", 5,
            (ref w, m) => { w.Write(m.Node); w.Write(m.Keeper); w.Write(m.Bulk); w.Write(m.Learns); w.List(m.Held, (ref i, d) => i.Put(d)); },
            (ref r) => new(r.Text(), r.Text(), r.Text(), r.ReadBoolean(), r.List((ref i) => i.Digest()))),
        WireContract.Of<CheckpointsHeld>("cluster.checkpoints-held.v1", 1, (ref w, m) => w.List(m.Manifests, (ref i, d) => i.Put(d)), (ref r) => new(r.List((ref i) => i.Digest()))),
        WireContract.Of<KeepCheckpoint>("cluster.keep-checkpoint.v1", 6,
            (ref w, m) => { w.Put(m.Run); w.Put(m.Checkpoint.Position); w.Put(m.Checkpoint.Manifest); w.Write(m.Checkpoint.Folder); w.Write(m.Holder); w.List(m.Keep, (ref i, t) => i.Write(t)); },
            (ref r) => new(r.Run(), new CheckpointRecord(r.Position(), r.Digest(), r.Text()), r.Text(), r.List((ref i) => i.Text()))),
        WireContract.Of<DropCheckpoints>("cluster.drop-checkpoints.v1", 2, (ref w, m) => { w.Put(m.Run); w.List(m.Keep, (ref i, t) => i.Write(t)); }, (ref r) => new(r.Run(), r.List((ref i) => i.Text()))),
        WireContract.Of<NodeGone>("cluster.node-gone.v1", 5,
            (ref w, m) => { w.Write(m.Node); w.Write(m.Prefix); w.Write(m.Role); w.Write(m.Evidence); w.Put(m.Silent); },
            (ref r) => new(r.Text(), r.Text(), r.Text(), r.Text(), r.Duration())),
        WireContract.Of<LearnerLost>("cluster.learner-lost.v1", 4,
            (ref w, m) => { w.Put(m.Epoch); w.Write(m.Node); w.Write(m.Evidence); w.Put(m.Silent); },
            (ref r) => new(r.Epoch(), r.Text(), r.Text(), r.Duration())),
        WireContract.Of<PauseRun>("cluster.pause-run.v1", 1, (ref w, m) => w.Put(m.Run), (ref r) => new(r.Run())),
        WireContract.Of<StopRun>("cluster.stop-run.v1", 1, (ref w, m) => w.Put(m.Run), (ref r) => new(r.Run())),
    ];

    private static RunId? OptionalRun(string? name) => name is null ? null : new RunId(name);
}
