using MessagePack;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Orchestration.Folders;

namespace R2ec.Distributed.Orchestration.Wire;

/// <summary>Parts that several blobs hold.</summary>
internal static class Formats
{
    internal static void Put(ref MessagePackWriter writer, GroupRollout group)
    {
        writer.WriteArrayHeader(5);
        writer.Put(group.Group);
        writer.Put(group.Sample);
        writer.Put(group.Policy);
        writer.Put(group.Table);
        writer.List(group.Completions, Put);
    }

    internal static GroupRollout Rollout(ref MessagePackReader reader)
    {
        reader.Fields(5);
        return new GroupRollout(reader.Group(), reader.Sample(), reader.Digest(), reader.Digest(), reader.List(Completion));
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
        writer.WriteArrayHeader(12);
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
    }

    private static Completion Completion(ref MessagePackReader reader)
    {
        reader.Fields(12);
        return new Completion(
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
