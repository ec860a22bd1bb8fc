using R2ec.Distributed.Core.Runs;
using static R2ec.Distributed.Core.Runs.RunEvents;

namespace R2ec.Distributed.Orchestration.Wire;

/// <summary>How a run's facts stand in the journal. A manifest is never renamed and a place never reused: a new shape is a new version of the manifest.</summary>
internal static class EventContracts
{
    internal static IReadOnlyList<WireContract> All { get; } =
    [
        WireContract.Of<Started>("run.started.v1", 8,
            (ref w, e) => { w.Put(e.Run); w.Put(e.Spec); w.Put(e.SpecHash); w.Put(e.Plan); w.Put(e.Data); w.Put(e.Tokenizer); w.Put(e.Numerics); w.Put(e.At); },
            (ref r) => new(r.Run(), r.Text(), r.Digest(), r.Plan(), r.Digest(), r.Digest(), r.Facts(), r.Instant())),
        WireContract.Of<Resumed>("run.resumed.v1", 4,
            (ref w, e) => { w.Put(e.Run); w.Put(e.Epoch); w.Put(e.Numerics); w.Put(e.At); },
            (ref r) => new(r.Run(), r.Epoch(), r.Facts(), r.Instant())),
        WireContract.Of<NumericsAccepted>("run.numerics-accepted.v1", 3,
            (ref w, e) => { w.Put(e.Run); w.Put(e.Numerics); w.Put(e.At); },
            (ref r) => new(r.Run(), r.Facts(), r.Instant())),
        WireContract.Of<BaselinesMeasured>("run.baselines-measured.v1", 3,
            (ref w, e) => { w.Put(e.Run); w.List(e.Baselines, (ref i, b) => { i.WriteArrayHeader(2); i.Put(b.Name); i.Put(b.Metrics); }); w.Put(e.At); },
            (ref r) => new(r.Run(), r.List((ref i) => { i.Fields(2); return new BaselineMetrics(i.Text(), i.Metrics()); }), r.Instant())),
        WireContract.Of<WarmStartAdvanced>("run.warm-start-advanced.v1", 5,
            (ref w, e) => { w.Put(e.Run); w.Write(e.Step); w.Put(e.Weights); w.Put(e.Metrics); w.Put(e.At); },
            (ref r) => new(r.Run(), r.ReadInt32(), r.Digest(), r.Metrics(), r.Instant())),
        WireContract.Of<ReinforcementBegun>("run.reinforcement-begun.v1", 3,
            (ref w, e) => { w.Put(e.Run); w.Put(e.Weights); w.Put(e.At); },
            (ref r) => new(r.Run(), r.Digest(), r.Instant())),
        WireContract.Of<ItemTableReady>("run.item-table-ready.v1", 6,
            (ref w, e) => { w.Put(e.Run); w.Write(e.Version); w.Put(e.Policy); w.Put(e.Table); w.Put(e.Payload); w.Put(e.At); },
            (ref r) => new(r.Run(), r.ReadInt32(), r.Digest(), r.Digest(), r.Digest(), r.Instant())),
        WireContract.Of<StepPlanned>("run.step-planned.v1", 7,
            (ref w, e) => { w.Put(e.Run); w.Write(e.Step); w.Put(e.Samples); w.Put(e.Bundles); w.Put(e.Policy); w.Put(e.Table); w.Put(e.At); },
            (ref r) => new(r.Run(), r.ReadInt32(), r.Samples(), r.Ints(), r.Digest(), r.Digest(), r.Instant())),
        WireContract.Of<GroupCompleted>("run.group-completed.v1", 8,
            (ref w, e) => { w.Put(e.Run); w.Put(e.Group); w.Put(e.Sample); w.Put(e.Payload); w.Write(e.PayloadBytes); w.Put(e.Policy); w.Put(e.Table); w.Put(e.At); },
            (ref r) => new(r.Run(), r.Group(), r.Sample(), r.Digest(), r.ReadInt64(), r.Digest(), r.Digest(), r.Instant())),
        WireContract.Of<StepTrained>("run.step-trained.v1", 5,
            (ref w, e) => { w.Put(e.Run); w.Write(e.Step); w.Put(e.Weights); w.Put(e.Metrics); w.Put(e.At); },
            (ref r) => new(r.Run(), r.ReadInt32(), r.Digest(), r.Metrics(), r.Instant())),
        WireContract.Of<CheckpointWritten>("run.checkpoint-written.v1", 5,
            (ref w, e) => { w.Put(e.Run); w.Put(e.Position); w.Put(e.Manifest); w.Put(e.Folder); w.Put(e.At); },
            (ref r) => new(r.Run(), r.Position(), r.Digest(), r.Text(), r.Instant())),
        WireContract.Of<Evaluated>("run.evaluated.v1", 7,
            (ref w, e) => { w.Put(e.Run); w.Write(e.Step); w.Write((int)e.Kind); w.Put(e.Metrics); w.Put(e.Ranks); w.Put(e.Chains); w.Put(e.At); },
            (ref r) => new(r.Run(), r.ReadInt32(), r.Choice<EvaluationKind>(), r.Metrics(), r.Digest(), r.Digest(), r.Instant())),
        WireContract.Of<PlanShortened>("run.plan-shortened.v1", 4,
            (ref w, e) => { w.Put(e.Run); w.Write(e.Steps); w.Put(e.Reason); w.Put(e.At); },
            (ref r) => new(r.Run(), r.ReadInt32(), r.Text(), r.Instant())),
        WireContract.Of<Completed>("run.completed.v1", 2, (ref w, e) => { w.Put(e.Run); w.Put(e.At); }, (ref r) => new(r.Run(), r.Instant())),
        WireContract.Of<Interrupted>("run.interrupted.v1", 2, (ref w, e) => { w.Put(e.Run); w.Put(e.At); }, (ref r) => new(r.Run(), r.Instant())),
        WireContract.Of<Failed>("run.failed.v1", 3, (ref w, e) => { w.Put(e.Run); w.Put(e.Reason); w.Put(e.At); }, (ref r) => new(r.Run(), r.Text(), r.Instant())),
        WireContract.Of<Paused>("run.paused.v1", 3, (ref w, e) => { w.Put(e.Run); w.Put(e.Reason); w.Put(e.At); }, (ref r) => new(r.Run(), r.Text(), r.Instant())),
        WireContract.Of<Submitted>("run.submitted.v1", 3, (ref w, e) => { w.Put(e.Run); w.Put(e.Spec); w.Put(e.At); }, (ref r) => new(r.Run(), r.Text(), r.Instant())),
        WireContract.Of<Stopped>("run.stopped.v1", 2, (ref w, e) => { w.Put(e.Run); w.Put(e.At); }, (ref r) => new(r.Run(), r.Instant())),
        WireContract.Of<FaultObserved>("run.fault-observed.v1", 7,
            (ref w, e) => { w.Put(e.Run); w.Put(e.Node); w.Put(e.Role); w.Put(e.Evidence); w.Write(e.LeasesReturned); w.Write(e.DetectedAfterSeconds); w.Put(e.At); },
            (ref r) => new(r.Run(), r.Text(), r.Text(), r.Text(), r.ReadInt32(), r.ReadDouble(), r.Instant())),
    ];
}
