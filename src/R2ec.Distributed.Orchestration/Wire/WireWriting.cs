using MessagePack;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Orchestration.Wire;

/// <summary>How the words of the domain are written. <see cref="WireReading"/> mirrors it line by line.</summary>
internal static class WireWriting
{
    internal static void Put(this ref MessagePackWriter writer, string? text) => writer.Write(text);

    internal static void Put(this ref MessagePackWriter writer, RunId run) => writer.Write(run.Value);

    internal static void Put(this ref MessagePackWriter writer, WorkId work) => writer.Write(work.Value);

    internal static void Put(this ref MessagePackWriter writer, Epoch epoch) => writer.Write(epoch.Value);

    internal static void Put(this ref MessagePackWriter writer, Attempt attempt) => writer.Write(attempt.Value);

    internal static void Put(this ref MessagePackWriter writer, SampleId sample) => writer.Write(sample.Value);

    internal static void Put(this ref MessagePackWriter writer, DateTimeOffset at) => writer.Write(at.UtcTicks);

    internal static void Put(this ref MessagePackWriter writer, TimeSpan duration) => writer.Write(duration.Ticks);

    internal static void Put(this ref MessagePackWriter writer, Digest? digest)
    {
        if (digest is { Hex: { } hex })
        {
            writer.Write(Convert.FromHexString(hex));
        }
        else
        {
            writer.WriteNil();
        }
    }

    internal static void PutOptional(this ref MessagePackWriter writer, int? number)
    {
        if (number is { } given)
        {
            writer.Write(given);
        }
        else
        {
            writer.WriteNil();
        }
    }

    internal static void Put(this ref MessagePackWriter writer, GroupId group)
    {
        writer.WriteArrayHeader(2);
        writer.Write(group.Step);
        writer.Write(group.Index);
    }

    internal static void Put(this ref MessagePackWriter writer, RunPosition position)
    {
        writer.WriteArrayHeader(2);
        writer.Write((int)position.Stage);
        writer.Write(position.Step);
    }

    internal static void Put(this ref MessagePackWriter writer, LearnerStand? stand)
    {
        if (stand is null)
        {
            writer.WriteNil();
            return;
        }

        writer.WriteArrayHeader(2);
        writer.Put(stand.Position);
        writer.Put(stand.Weights);
    }

    internal static void Put(this ref MessagePackWriter writer, BlobRef? blob)
    {
        if (blob is null)
        {
            writer.WriteNil();
            return;
        }

        writer.WriteArrayHeader(3);
        writer.Put(blob.Digest);
        writer.Write(blob.LengthBytes);
        writer.Write(blob.Holder);
    }

    internal static void Put(this ref MessagePackWriter writer, IReadOnlyList<int> numbers)
    {
        writer.WriteArrayHeader(numbers.Count);
        foreach (var number in numbers)
        {
            writer.Write(number);
        }
    }

    internal static void Put(this ref MessagePackWriter writer, IReadOnlyList<SampleId> samples)
    {
        writer.WriteArrayHeader(samples.Count);
        foreach (var sample in samples)
        {
            writer.Write(sample.Value);
        }
    }

    internal static void Put(this ref MessagePackWriter writer, IReadOnlyList<Metric> metrics)
    {
        writer.WriteArrayHeader(2 * metrics.Count);
        foreach (var metric in metrics)
        {
            writer.Write(metric.Name);
            writer.Write(metric.Value);
        }
    }

    internal static void Put(this ref MessagePackWriter writer, IReadOnlyDictionary<string, string> facts)
    {
        writer.WriteArrayHeader(2 * facts.Count);
        foreach (var name in facts.Keys.Order(StringComparer.Ordinal))
        {
            writer.Write(name);
            writer.Write(facts[name]);
        }
    }

    internal static void Floats(this ref MessagePackWriter writer, ReadOnlySpan<float> numbers) =>
        writer.Write(System.Runtime.InteropServices.MemoryMarshal.AsBytes(numbers));

    internal static void List<T>(this ref MessagePackWriter writer, IReadOnlyList<T> values, WriteFields<T> write)
    {
        writer.WriteArrayHeader(values.Count);
        foreach (var value in values)
        {
            write(ref writer, value);
        }
    }
}
