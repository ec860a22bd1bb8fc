using MessagePack;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Orchestration.Folders;

namespace R2ec.Distributed.Orchestration.Wire;

/// <summary>Parts that several blobs hold. Versions and spans stand in last places that are written only where a group has them: others keep their bytes.</summary>
internal static class Formats
{
    private const int GroupFields = 5, ChainFields = 12;

    internal static void Put(ref MessagePackWriter writer, GroupRollout group)
    {
        writer.WriteArrayHeader(group.Versions is null ? GroupFields : GroupFields + 1);
        writer.Put(group.Group);
        writer.Put(group.Sample);
        writer.Put(group.Policy);
        writer.Put(group.Table);
        writer.List(group.Completions, Put);
        if (group.Versions is { } versions)
        {
            writer.List(versions, (ref w, version) => w.Put(version));
        }
    }

    internal static GroupRollout Rollout(ref MessagePackReader reader)
    {
        var isWhole = reader.Fields(GroupFields, GroupFields + 1);
        var group = new GroupRollout(reader.Group(), reader.Sample(), reader.Digest(), reader.Digest(), reader.List(Completion));
        return isWhole ? group with { Versions = reader.List((ref r) => r.Version()) } : group;
    }

    internal static void Put(ref MessagePackWriter writer, TrainedGroup group)
    {
        writer.WriteArrayHeader(2);
        writer.Put(group.Sample);
        writer.List(group.Completions, Put);
    }

    internal static TrainedGroup TrainedGroup(ref MessagePackReader reader)
    {
        reader.Fields(2);
        return new TrainedGroup(reader.Sample(), reader.List(Trained));
    }

    internal static void Put(ref MessagePackWriter writer, NamedFolder folder)
    {
        writer.WriteArrayHeader(3);
        writer.Write((int)folder.Kind);
        writer.Put(folder.Name);
        writer.List(folder.Content.Files, (ref i, f) => { i.WriteArrayHeader(3); i.Put(f.Name); i.Write(f.Bytes); i.Put(f.Content); });
    }

    internal static NamedFolder Folder(ref MessagePackReader reader)
    {
        reader.Fields(3);
        return new NamedFolder(reader.Choice<FolderKind>(), reader.Text(), new FolderManifest(reader.List((ref i) => { i.Fields(3); return new FolderFile(i.Text(), i.ReadInt64(), i.Digest()); })));
    }

    private static void Put(ref MessagePackWriter writer, Completion completion)
    {
        writer.WriteArrayHeader(completion.Spans is null ? ChainFields : ChainFields + 1);
        writer.Put(completion.Tokens);
        writer.Write(completion.SampledCount);
        writer.Write(completion.WroteMarker);
        writer.Floats(completion.PolicyLogProbabilities);
        writer.Floats(completion.SamplerLogProbabilities);
        writer.Write(completion.MeanEntropy);
        writer.Write(completion.TargetScore);
        writer.Write(completion.Rank);
        writer.Write(completion.LogSumExp);
        writer.Put(completion.TopItems);
        writer.Floats(completion.TopScores);
        writer.Put(completion.Text);
        if (completion.Spans is { } spans)
        {
            writer.List(spans, (ref w, span) => { w.WriteArrayHeader(2); w.Write(span.First); w.Write(span.Version); });
        }
    }

    private static Completion Completion(ref MessagePackReader reader)
    {
        var isWhole = reader.Fields(ChainFields, ChainFields + 1);
        var chain = new Completion(
            reader.Ints(),
            reader.ReadInt32(),
            reader.ReadBoolean(),
            reader.Floats(),
            reader.Floats(),
            reader.ReadDouble(),
            reader.ReadSingle(),
            reader.ReadInt32(),
            reader.ReadDouble(),
            reader.Ints(),
            reader.Floats(),
            reader.Text());
        return isWhole ? chain with { Spans = reader.List((ref r) => { r.Fields(2); return new VersionSpan(r.ReadInt32(), r.ReadInt32()); }) } : chain;
    }

    private static void Put(ref MessagePackWriter writer, TrainedCompletion completion)
    {
        writer.WriteArrayHeader(5);
        writer.Put(completion.Tokens);
        writer.Write(completion.TrainedCount);
        if (completion.BehaviourLogProbabilities is { } recorded)
        {
            writer.Floats(recorded);
        }
        else
        {
            writer.WriteNil();
        }

        writer.Write(completion.Advantage);
        writer.Write(completion.TokenScale);
    }

    private static TrainedCompletion Trained(ref MessagePackReader reader)
    {
        reader.Fields(5);
        return new TrainedCompletion(reader.Ints(), reader.ReadInt32(), reader.TryReadNil() ? null : reader.Floats(), reader.ReadDouble(), reader.ReadDouble());
    }
}
