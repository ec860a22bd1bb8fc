using System.Collections.Immutable;
using MessagePack;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Runs;

namespace R2ec.Distributed.Orchestration.Wire;

/// <summary>A run's whole state, field by field. Groups of trained steps stand as their digests' bytes, since there may be very many.</summary>
internal static class SnapshotFormat
{
    private const int StateFields = 24;

    internal static WireContract Contract { get; } = WireContract.Of<RunSnapshot>("snapshot.run.v1", 2,
        (ref w, s) => { w.Put(s.Rules); Put(ref w, s.State); },
        (ref r) => new(r.Text(), State(ref r)));

    private static void Put(ref MessagePackWriter w, RunState state)
    {
        w.WriteArrayHeader(StateFields);
        w.Put(state.Run);
        w.Write(state.Facts);
        w.Write((int)state.Phase);
        w.Put(state.Epoch);
        PutOptional(ref w, state.Plan, (ref i, p) => i.Put(p));
        w.Put(state.Spec);
        w.Put(state.Data);
        w.Put(state.Tokenizer);
        w.Put(state.Numerics);
        w.Write(state.BaselinesMeasured);
        w.List(state.WarmStart, (ref i, s) => { i.WriteArrayHeader(2); i.Write(s.Step); i.Put(s.Weights); });
        w.Put(state.Version0);
        w.List(state.Trained, Put);
        w.List(state.Planned, Put);
        w.Write(state.PlannedCount);
        w.List(state.Waiting, (ref i, g) => i.Put(g));
        PutOptional(ref w, state.Assembled, Put);
        w.Write(state.FailedCount);
        PutOptional(ref w, state.Table, Put);
        w.List(state.Tables, Put);
        w.List(state.Checkpoints, (ref i, c) => { i.WriteArrayHeader(3); i.Put(c.Position); i.Put(c.Manifest); i.Put(c.Folder); });
        w.List(state.Evaluations, (ref i, e) => { i.WriteArrayHeader(5); i.Write(e.Step); i.Write((int)e.Kind); i.Write(e.Ndcg); i.Put(e.Ranks); i.Put(e.Chains); });
        w.Write(state.Steps);
        w.Put(state.Reason);
    }

    private static RunState State(ref MessagePackReader r)
    {
        r.Fields(StateFields);
        return new RunState(r.Run())
        {
            Facts = r.ReadInt64(),
            Phase = r.Choice<RunPhase>(),
            Epoch = r.Epoch(),
            Plan = Optional(ref r, (ref i) => i.Plan()),
            Spec = r.Text(),
            Data = r.Digest(),
            Tokenizer = r.Digest(),
            Numerics = r.Facts(),
            BaselinesMeasured = r.ReadBoolean(),
            WarmStart = [.. r.List((ref i) => { i.Fields(2); return (i.ReadInt32(), i.Digest()); })],
            Version0 = r.OptionalDigest(),
            Trained = [.. r.List(Assembly)],
            Planned = [.. r.List(Step)],
            PlannedCount = r.ReadInt32(),
            Waiting = [.. r.List((ref i) => i.Group())],
            Assembled = Optional(ref r, Assembly),
            FailedCount = r.ReadInt32(),
            Table = Optional(ref r, Table),
            Tables = [.. r.List(Table)],
            Checkpoints = [.. r.List((ref i) => { i.Fields(3); return new CheckpointRecord(i.Position(), i.Digest(), i.Text()); })],
            Evaluations = [.. r.List((ref i) => { i.Fields(5); return new EvaluationRecord(i.ReadInt32(), i.Choice<EvaluationKind>(), i.ReadDouble(), i.Digest(), i.Digest()); })],
            Steps = r.ReadInt32(),
            Reason = r.Text(),
        };
    }

    private static void Put(ref MessagePackWriter w, StepAssembly step)
    {
        w.WriteArrayHeader(7);
        w.Write(step.Step);
        w.Put(step.Policy);
        w.Write(step.Payloads.Bytes);
        w.Write(step.Age.Least);
        w.Write(step.Age.Mean);
        w.Write(step.Age.Most);
        w.Put(step.Weights);
    }

    private static StepAssembly Assembly(ref MessagePackReader r)
    {
        r.Fields(7);
        return new StepAssembly(r.ReadInt32(), r.Digest(), DigestList.OfBytes(r.Bytes()), new Staleness(r.ReadInt32(), r.ReadDouble(), r.ReadInt32()), r.OptionalDigest());
    }

    private static void Put(ref MessagePackWriter w, StepRecord step)
    {
        w.WriteArrayHeader(8);
        w.Write(step.Step);
        w.Put(step.Samples);
        w.Put(step.Bundles);
        w.Put(step.Policy);
        w.Write(step.Version);
        w.Put(step.Table);
        w.List(step.Payloads, (ref i, p) => i.Put(p));
        w.Put([.. step.Ended.Order()]);
    }

    private static StepRecord Step(ref MessagePackReader r)
    {
        r.Fields(8);
        return new StepRecord(r.ReadInt32(), r.Samples(), r.Ints(), r.Digest(), r.ReadInt32(), r.Digest(), [.. r.List((ref i) => i.OptionalDigest())], [.. r.Ints()]);
    }

    private static void Put(ref MessagePackWriter w, TableRecord table)
    {
        w.WriteArrayHeader(4);
        w.Write(table.Version);
        w.Put(table.Policy);
        w.Put(table.Table);
        w.Put(table.Payload);
    }

    private static TableRecord Table(ref MessagePackReader r)
    {
        r.Fields(4);
        return new TableRecord(r.ReadInt32(), r.Digest(), r.Digest(), r.Digest());
    }

    private static void PutOptional<T>(ref MessagePackWriter w, T? value, WriteFields<T> write)
        where T : class
    {
        if (value is null)
        {
            w.WriteNil();
        }
        else
        {
            write(ref w, value);
        }
    }

    private static T? Optional<T>(ref MessagePackReader r, ReadFields<T> read)
        where T : class => r.TryReadNil() ? null : read(ref r);
}
