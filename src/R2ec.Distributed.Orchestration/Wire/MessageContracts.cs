using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Evaluation;
using R2ec.Distributed.Orchestration.Learning;
using R2ec.Distributed.Orchestration.Rollouts;
using R2ec.Distributed.Orchestration.Runs;

namespace R2ec.Distributed.Orchestration.Wire;

/// <summary>How messages stand on the wire.</summary>
internal static class MessageContracts
{
    internal static IReadOnlyList<WireContract> All { get; } = [.. Run, .. Work, .. Learning, .. Shards, .. Measuring, .. ClusterContracts.All];

    private static WireContract[] Run =>
    [
        WireContract.Of<RunProtocol.Begin>("run.begin.v1", 6,
            (ref w, m) => { w.Put(m.Run); w.Put(m.Spec); w.Put(m.Plan); w.Put(m.Data); w.Put(m.Tokenizer); w.Put(m.Numerics); },
            (ref r) => new(r.Run(), r.Text(), r.Plan(), r.Digest(), r.Digest(), r.Facts())),
        WireContract.Of<RunProtocol.Resume>("run.resume.v1", 4,
            (ref w, m) => { w.Put(m.Run); w.Put(m.Numerics); w.Write(m.AcceptOtherNumerics); w.PutOptional(m.Known?.Value); },
            (ref r) => new(r.Run(), r.Facts(), r.ReadBoolean(), !r.End && r.OptionalInt() is { } known ? new Epoch(known) : null), optional: 1),
        WireContract.Of<RunProtocol.Drain>("run.drain.v1", 1, (ref w, m) => w.Put(m.Run), (ref r) => new(r.Run())),
        WireContract.Of<RunProtocol.Answer>("run.answer.v1", 3,
            (ref w, m) => { w.Put(m.Run); w.Write((int)m.Kind); w.Put(m.Text); },
            (ref r) => new(r.Run(), r.Choice<RunProtocol.AnswerKind>(), r.Text())),
    ];

    private static WireContract[] Work =>
    [
        WireContract.Of<WorkProtocol.AskForWork>("work.ask.v1", 2, (ref w, m) => { w.Put(m.Worker); w.Put(m.Kinds); }, (ref r) => new(r.Text(), r.Ints())),
        WireContract.Of<WorkProtocol.Enqueue>("work.enqueue.v2", 7,
            (ref w, m) => { w.Put(m.Work); w.Write((int)m.Kind); w.Put(m.Epoch); w.Put(m.Policy); w.Put(m.Table); w.Put(m.Content); w.Write(m.Cost); },
            (ref r) => new(r.Work(), r.Choice<WorkKind>(), r.Epoch(), r.OptionalDigest(), r.OptionalBlob(), r.Blob(), r.ReadDouble())),
        WireContract.Of<WorkProtocol.Lease>("work.lease.v1", 10,
            (ref w, m) => { w.Put(m.Run); w.Put(m.Work); w.Put(m.Attempt); w.Write((int)m.Kind); w.Put(m.Epoch); w.Put(m.Policy); w.Put(m.Table); w.Put(m.Content); w.Put(m.Holds); if (m.Later is { } v) { w.Put(v); } },
            (ref r) => new(r.Run(), r.Work(), r.Attempt(), r.Choice<WorkKind>(), r.Epoch(), r.OptionalDigest(), r.OptionalBlob(), r.Blob(), r.Duration(), r.End ? null : r.Version()),
            optional: 1, lacks: m => m.Later is null),
        WireContract.Of<WorkProtocol.LaterPolicy>("work.later-policy.v1", 2, (ref w, m) => { w.Put(m.Run); w.Put(m.Version); }, (ref r) => new(r.Run(), r.Version())),
        WireContract.Of<WorkProtocol.Withdraw>("work.withdraw.v1", 3, (ref w, m) => { w.Put(m.Run); w.Put(m.Work); w.Put(m.Attempt); }, (ref r) => new(r.Run(), r.Work(), r.Attempt())),
        WireContract.Of<WorkProtocol.StillWorking>("work.still-working.v1", 3, (ref w, m) => { w.Put(m.Run); w.Put(m.Work); w.Put(m.Attempt); }, (ref r) => new(r.Run(), r.Work(), r.Attempt())),
        WireContract.Of<WorkProtocol.WorkDone>("work.done.v1", 7,
            (ref w, m) => { w.Put(m.Run); w.Put(m.Work); w.Put(m.Attempt); w.Put(m.Epoch); w.Put(m.Policy); w.Put(m.Table); w.Put(m.Result); },
            (ref r) => new(r.Run(), r.Work(), r.Attempt(), r.Epoch(), r.OptionalDigest(), r.OptionalDigest(), r.Blob())),
        WireContract.Of<WorkProtocol.WorkFailed>("work.failed.v2", 5,
            (ref w, m) => { w.Put(m.Run); w.Put(m.Work); w.Put(m.Attempt); w.Put(m.Reason); w.Write((int)m.Kind); },
            (ref r) => new(r.Run(), r.Work(), r.Attempt(), r.Text(), r.Choice<FailureKind>())),
        WireContract.Of<WorkProtocol.WorkFinished>("work.finished.v1", 4,
            (ref w, m) => { w.Put(m.Work); w.Put(m.Policy); w.Put(m.Table); w.Put(m.Result); },
            (ref r) => new(r.Work(), r.OptionalDigest(), r.OptionalDigest(), r.Blob())),
        WireContract.Of<WorkProtocol.WorkExhausted>("work.exhausted.v1", 3, (ref w, m) => { w.Put(m.Work); w.Put(m.Reason); w.Write(m.IsInput); }, (ref r) => new(r.Work(), r.Text(), r.ReadBoolean())),
        WireContract.Of<WorkProtocol.WorkersGone>("work.workers-gone.v2", 2, (ref w, m) => { w.Put(m.Prefix); w.Put(m.Died); }, (ref r) => new(r.Text(), r.Text())),
        WireContract.Of<WorkProtocol.LeasesReturned>("work.leases-returned.v1", 2, (ref w, m) => { w.Put(m.Prefix); w.Write(m.Returned); }, (ref r) => new(r.Text(), r.ReadInt32())),
        WireContract.Of<WorkProtocol.ForgetAll>("work.forget-all.v1", 0, (ref w, m) => { }, (ref r) => new()),
    ];

    private static WireContract[] Learning =>
    [
        WireContract.Of<LearningProtocol.Restore>("learning.restore.v2", 3,
            (ref w, m) => { w.Put(m.Epoch); w.List(m.Candidates, (ref i, c) => { i.WriteArrayHeader(3); i.Put(c.Position); i.Put(c.Manifest); i.Put(c.Folder); }); w.Put(m.Journaled); },
            (ref r) => new(r.Epoch(), r.List((ref i) => { i.Fields(3); return new CheckpointRecord(i.Position(), i.Digest(), i.Text()); }), r.OptionalStand())),
        WireContract.Of<LearningProtocol.TrainWarmStart>("learning.train-warm-start.v1", 2, (ref w, m) => { w.Put(m.Epoch); w.Write(m.UntilStep); }, (ref r) => new(r.Epoch(), r.ReadInt32())),
        WireContract.Of<LearningProtocol.BeginReinforcement>("learning.begin-reinforcement.v1", 1, (ref w, m) => w.Put(m.Epoch), (ref r) => new(r.Epoch())),
        WireContract.Of<LearningProtocol.TrainStep>("learning.train-step.v1", 3, (ref w, m) => { w.Put(m.Epoch); w.Write(m.Step); w.Put(m.Groups); }, (ref r) => new(r.Epoch(), r.ReadInt32(), r.Blob())),
        WireContract.Of<LearningProtocol.SaveCheckpoint>("learning.save-checkpoint.v1", 3,
            (ref w, m) => { w.Put(m.Epoch); w.Put(m.Position); w.List(m.Keep, (ref i, f) => i.Put(f)); },
            (ref r) => new(r.Epoch(), r.Position(), r.List((ref i) => i.Text()))),
        WireContract.Of<LearningProtocol.LearnerAt>("learning.learner-at.v1", 5,
            (ref w, m) => { w.Put(m.Epoch); w.Put(m.Position); w.Put(m.Weights); w.Put(m.Metrics); w.Write(m.IsRestored); },
            (ref r) => new(r.Epoch(), r.Position(), r.Digest(), r.Metrics(), !r.End && r.ReadBoolean()), optional: 1),
        WireContract.Of<LearningProtocol.CheckpointSaved>("learning.checkpoint-saved.v1", 4,
            (ref w, m) => { w.Put(m.Epoch); w.Put(m.Position); w.Put(m.Manifest); w.Put(m.Folder); },
            (ref r) => new(r.Epoch(), r.Position(), r.Digest(), r.Text())),
        WireContract.Of<LearningProtocol.LearnerFailed>("learning.failed.v2", 3, (ref w, m) => { w.Put(m.Epoch); w.Put(m.Reason); w.Write((int)m.Kind); }, (ref r) => new(r.Epoch(), r.Text(), r.Choice<FailureKind>())),
    ];

    private static WireContract[] Shards =>
    [
        WireContract.Of<LearningProtocol.AskForShard>("shard.ask.v1", 1, (ref w, m) => w.Put(m.Worker), (ref r) => new(r.Text())),
        WireContract.Of<LearningProtocol.ShardLease>("shard.lease.v1", 7,
            (ref w, m) => { w.Put(m.Run); w.Put(m.Epoch); w.Put(m.Work); w.Put(m.Attempt); w.Put(m.Policy); w.Put(m.Order); w.Put(m.Holds); },
            (ref r) => new(r.Run(), r.Epoch(), r.Work(), r.Attempt(), r.Digest(), r.Blob(), r.Duration())),
        WireContract.Of<LearningProtocol.ShardForwarded>("shard.forwarded.v1", 6,
            (ref w, m) => { w.Put(m.Run); w.Put(m.Epoch); w.Put(m.Work); w.Put(m.Attempt); w.Put(m.Policy); w.Put(m.Result); },
            (ref r) => new(r.Run(), r.Epoch(), r.Work(), r.Attempt(), r.Digest(), r.Blob())),
        WireContract.Of<LearningProtocol.ShardBackward>("shard.backward.v1", 5,
            (ref w, m) => { w.Put(m.Run); w.Put(m.Epoch); w.Put(m.Work); w.Put(m.Attempt); w.Put(m.Gradients); },
            (ref r) => new(r.Run(), r.Epoch(), r.Work(), r.Attempt(), r.Blob())),
        WireContract.Of<LearningProtocol.ShardFinished>("shard.finished.v1", 6,
            (ref w, m) => { w.Put(m.Run); w.Put(m.Epoch); w.Put(m.Work); w.Put(m.Attempt); w.Put(m.Gradient); w.Put(m.ItemGradient); },
            (ref r) => new(r.Run(), r.Epoch(), r.Work(), r.Attempt(), r.Blob(), r.OptionalBlob())),
        WireContract.Of<LearningProtocol.ShardHeld>("shard.held.v1", 4,
            (ref w, m) => { w.Put(m.Run); w.Put(m.Epoch); w.Put(m.Work); w.Put(m.Attempt); },
            (ref r) => new(r.Run(), r.Epoch(), r.Work(), r.Attempt())),
        WireContract.Of<LearningProtocol.ShardFailed>("shard.failed.v2", 6,
            (ref w, m) => { w.Put(m.Run); w.Put(m.Epoch); w.Put(m.Work); w.Put(m.Attempt); w.Put(m.Reason); w.Write((int)m.Kind); },
            (ref r) => new(r.Run(), r.Epoch(), r.Work(), r.Attempt(), r.Text(), r.Choice<FailureKind>())),
        WireContract.Of<LearningProtocol.ForgetShards>("shard.forget.v1", 2, (ref w, m) => { w.Put(m.Run); w.Put(m.Epoch); }, (ref r) => new(r.Run(), r.Epoch())),
    ];

    private static WireContract[] Measuring =>
    [
        WireContract.Of<MeasuringProtocol.EncodeTable>("measuring.encode-table.v1", 3, (ref w, m) => { w.Put(m.Epoch); w.Write(m.Version); w.Put(m.Policy); }, (ref r) => new(r.Epoch(), r.ReadInt32(), r.Digest())),
        WireContract.Of<MeasuringProtocol.TableEncoded>("measuring.table-encoded.v1", 5,
            (ref w, m) => { w.Put(m.Epoch); w.Write(m.Version); w.Put(m.Policy); w.Put(m.Payload); w.Put(m.Table); },
            (ref r) => new(r.Epoch(), r.ReadInt32(), r.Digest(), r.Digest(), r.Blob())),
        WireContract.Of<MeasuringProtocol.Evaluate>("measuring.evaluate.v1", 6,
            (ref w, m) => { w.Put(m.Epoch); w.Write(m.Step); w.Write((int)m.Kind); w.Put(m.Policy); w.Put(m.Table); w.Put(m.FirstRanks); },
            (ref r) => new(r.Epoch(), r.ReadInt32(), r.Choice<EvaluationKind>(), r.Digest(), r.Blob(), r.OptionalDigest())),
        WireContract.Of<MeasuringProtocol.EvaluationDone>("measuring.evaluation-done.v1", 6,
            (ref w, m) => { w.Put(m.Epoch); w.Write(m.Step); w.Write((int)m.Kind); w.Put(m.Metrics); w.Put(m.Ranks); w.Put(m.Chains); },
            (ref r) => new(r.Epoch(), r.ReadInt32(), r.Choice<EvaluationKind>(), r.Metrics(), r.Digest(), r.Digest())),
        WireContract.Of<MeasuringProtocol.SweepFailed>("measuring.sweep-failed.v1", 3, (ref w, m) => { w.Put(m.Epoch); w.Put(m.Reason); w.Write(m.IsInput); }, (ref r) => new(r.Epoch(), r.Text(), r.ReadBoolean())),
        WireContract.Of<MeasuringProtocol.Cancel>("measuring.cancel.v1", 1, (ref w, m) => w.Put(m.Epoch), (ref r) => new(r.Epoch())),
        WireContract.Of<MeasuringProtocol.SweepProgress>("measuring.sweep-progress.v1", 3, (ref w, m) => { w.Put(m.Epoch); w.Write(m.Done); w.Write(m.Total); }, (ref r) => new(r.Epoch(), r.ReadInt32(), r.ReadInt32())),
    ];
}
