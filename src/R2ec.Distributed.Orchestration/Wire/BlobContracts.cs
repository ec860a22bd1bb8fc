using System.Collections.Frozen;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Cluster;
using R2ec.Distributed.Orchestration.Learning;

namespace R2ec.Distributed.Orchestration.Wire;

/// <summary>How blobs and payloads stand: the same closed contracts as messages, without a limit of 64 KB.</summary>
public static class BlobContracts
{
    private static readonly FrozenDictionary<Type, WireContract> ByType = All.ToFrozenDictionary(contract => contract.Type);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<WireContract> All =>
    [
        WireContract.Of<RolloutBundle>("blob.rollout-bundle.v1", 4,
            (ref w, b) => { w.Write(b.Step); w.Write(b.FirstGroup); w.Put(b.Samples); if (b.Version is { } v) { w.Write(v); } },
            (ref r) => new(r.ReadInt32(), r.ReadInt32(), r.Samples(), r.End ? null : r.ReadInt32()),
            optional: 1, lacks: b => b.Version is null),
        WireContract.Of<EncodeBundle>("blob.encode-bundle.v1", 1, (ref w, b) => w.Put(b.Items), (ref r) => new(r.Ints())),
        WireContract.Of<EvaluationBundle>("blob.evaluation-bundle.v1", 3,
            (ref w, b) => { w.Put(b.Samples); w.Write((int)b.Mode); w.List(b.Chains ?? [], (ref i, c) => i.Put(c)); },
            (ref r) => EvaluationBundle(r.Samples(), r.Choice<ChainMode>(), r.List((ref i) => i.Ints()))),
        WireContract.Of<GroupRollout[]>("blob.rollouts.v1", 1, (ref w, g) => w.List(g, Formats.Put), (ref r) => r.List(Formats.Rollout)),
        WireContract.Of<ScoredGroup>("blob.scored-group.v1", 2,
            (ref w, g) => { Formats.Put(ref w, g.Rollout); w.List(g.Rewards, RewardFormat.Put); },
            (ref r) => new(Formats.Rollout(ref r), r.List(RewardFormat.Reward))),
        WireContract.Of<byte[][]>("blob.parts.v1", 1, (ref w, p) => w.List(p, (ref i, b) => i.Write(b)), (ref r) => r.List((ref i) => i.Bytes())),
        WireContract.Of<MeasuredUser[]>("blob.measured-users.v1", 1,
            (ref w, u) => w.List(u, (ref i, m) => { i.WriteArrayHeader(6); i.Put(m.Sample); i.Write(m.Rank); i.Put(m.Chain); i.Write(m.WroteMarker); i.Put(m.Text); i.Put(m.TopItems); }),
            (ref r) => r.List((ref i) => { i.Fields(6); return new MeasuredUser(i.Sample(), i.ReadInt32(), i.Ints(), i.ReadBoolean(), i.Text(), i.Ints()); })),
        WireContract.Of<SweepRanks[]>("blob.sweep-ranks.v1", 1,
            (ref w, s) => w.List(s, (ref i, k) => { i.WriteArrayHeader(4); i.Write((int)k.Split); i.Write((int)k.Mode); i.Put(k.Samples); i.Put(k.Ranks); }),
            (ref r) => r.List((ref i) => { i.Fields(4); return new SweepRanks(i.Choice<Split>(), i.Choice<ChainMode>(), i.Samples(), i.Ints()); })),
        WireContract.Of<ShardOrder>("blob.shard-order.v1", 5,
            (ref w, o) => { w.Write(o.Step); w.Write(o.Shard); w.List(o.Groups, Formats.Put); w.Put(o.Items); w.Write(o.MeasureParts); },
            (ref r) => new(r.ReadInt32(), r.ReadInt32(), r.List(Formats.TrainedGroup), r.Ints(), r.ReadBoolean())),
        WireContract.Of<ShardForward>("blob.shard-forward.v1", 5,
            (ref w, f) => { w.Write(f.Shard); w.Write(f.Users); w.Write(f.Items); w.Write(f.TokenPart); w.Write(f.ClippedCount); },
            (ref r) => new(r.ReadInt32(), r.Bytes(), r.Bytes(), r.ReadDouble(), r.ReadInt32())),
        WireContract.Of<VectorGradients>("blob.vector-gradients.v1", 2, (ref w, g) => { w.Write(g.Users); w.Write(g.Items); }, (ref r) => new(r.Bytes(), r.Bytes())),
        WireContract.Of<RunSheet>("blob.run-sheet.v2", 5,
            (ref w, s) => { w.Write(s.Spec); w.Put(s.Data); w.Put(s.Tokenizer); w.Put(s.Numerics); w.List(s.Folders, Formats.Put); },
            (ref r) => new(r.Text(), r.Digest(), r.Digest(), r.Facts(), r.List(Formats.Folder))),
        WireContract.Of<StepGroups>("blob.step-groups.v1", 2,
            (ref w, g) => { w.Put(g.Policy); w.List(g.Payloads, (ref i, d) => i.Put(d)); },
            (ref r) => new(r.Digest(), r.List((ref i) => i.Digest()))),
        SnapshotFormat.Contract,
    ];

    /// <summary>A value as bytes.</summary>
    public static byte[] Write<T>(T value)
        where T : notnull => ByType[typeof(T)].Write(value);

    /// <summary>Bytes as a value.</summary>
    /// <exception cref="MessagePack.MessagePackSerializationException">They are not of its contract.</exception>
    public static T Read<T>(ReadOnlyMemory<byte> bytes)
        where T : notnull => (T)ByType[typeof(T)].Read(bytes);

    private static EvaluationBundle EvaluationBundle(SampleId[] samples, ChainMode mode, int[][] chains) => new(samples, mode, mode == ChainMode.Given ? chains : null);
}
