using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using MessagePack;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Orchestration.Wire;

/// <summary>
/// How the words of the domain are read. Lengths are checked against the bytes that are left before anything is allocated (the reader does so for
/// every header), and nothing nests by the sender's will.
/// </summary>
internal static class WireReading
{
    internal static string Text(this ref MessagePackReader reader) => reader.ReadString() ?? throw new MessagePackSerializationException("A text is missing.");

    internal static RunId Run(this ref MessagePackReader reader) => new(reader.Text());

    internal static WorkId Work(this ref MessagePackReader reader) => new(reader.Text());

    internal static Epoch Epoch(this ref MessagePackReader reader) => new(reader.ReadInt32());

    internal static Attempt Attempt(this ref MessagePackReader reader) => new(reader.ReadInt32());

    internal static SampleId Sample(this ref MessagePackReader reader) => new(reader.ReadInt32());

    internal static DateTimeOffset Instant(this ref MessagePackReader reader) => new(reader.ReadInt64(), TimeSpan.Zero);

    internal static TimeSpan Duration(this ref MessagePackReader reader) => new(reader.ReadInt64());

    internal static T Choice<T>(this ref MessagePackReader reader)
        where T : struct, Enum
    {
        var value = (T)Enum.ToObject(typeof(T), reader.ReadInt32());
        return Enum.IsDefined(value) ? value : throw new MessagePackSerializationException($"{value} is no {typeof(T).Name}.");
    }

    internal static Digest Digest(this ref MessagePackReader reader) => reader.OptionalDigest() ?? default;

    internal static Digest? OptionalDigest(this ref MessagePackReader reader) => reader.ReadBytes() switch
    {
        null => null,
        { Length: 32 } bytes => new Digest(Convert.ToHexStringLower(bytes.ToArray())),
        var bytes => throw new MessagePackSerializationException($"A digest has 32 bytes, not {bytes.Value.Length}."),
    };

    internal static GroupId Group(this ref MessagePackReader reader)
    {
        reader.Fields(2);
        return new GroupId(reader.ReadInt32(), reader.ReadInt32());
    }

    internal static RunPosition Position(this ref MessagePackReader reader)
    {
        reader.Fields(2);
        return new RunPosition(reader.Choice<RunStage>(), reader.ReadInt32());
    }

    internal static LearnerStand? OptionalStand(this ref MessagePackReader reader)
    {
        if (reader.TryReadNil())
        {
            return null;
        }

        reader.Fields(2);
        return new LearnerStand(reader.Position(), reader.Digest());
    }

    internal static BlobRef Blob(this ref MessagePackReader reader) => reader.OptionalBlob() ?? throw new MessagePackSerializationException("A blob is missing.");

    internal static BlobRef? OptionalBlob(this ref MessagePackReader reader)
    {
        if (reader.TryReadNil())
        {
            return null;
        }

        reader.Fields(3);
        return new BlobRef(reader.Digest(), reader.ReadInt64(), reader.Text());
    }

    internal static int? OptionalInt(this ref MessagePackReader reader) => reader.TryReadNil() ? null : reader.ReadInt32();

    internal static int[] Ints(this ref MessagePackReader reader)
    {
        var numbers = new int[reader.ReadArrayHeader()];
        for (var i = 0; i < numbers.Length; i++)
        {
            numbers[i] = reader.ReadInt32();
        }

        return numbers;
    }

    internal static SampleId[] Samples(this ref MessagePackReader reader)
    {
        var samples = new SampleId[reader.ReadArrayHeader()];
        for (var i = 0; i < samples.Length; i++)
        {
            samples[i] = new SampleId(reader.ReadInt32());
        }

        return samples;
    }

    internal static Metric[] Metrics(this ref MessagePackReader reader)
    {
        var metrics = new Metric[reader.Pairs()];
        for (var i = 0; i < metrics.Length; i++)
        {
            metrics[i] = new Metric(reader.Text(), reader.ReadDouble());
        }

        return metrics;
    }

    internal static IReadOnlyDictionary<string, string> Facts(this ref MessagePackReader reader)
    {
        var facts = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        for (var left = reader.Pairs(); left > 0; left--)
        {
            facts[reader.Text()] = reader.Text();
        }

        return facts.ToImmutable();
    }

    internal static byte[] Bytes(this ref MessagePackReader reader) => reader.ReadBytes()?.ToArray() ?? throw new MessagePackSerializationException("Bytes are missing.");

    internal static float[] Floats(this ref MessagePackReader reader) => MemoryMarshal.Cast<byte, float>(reader.Bytes()).ToArray();

    internal static T[] List<T>(this ref MessagePackReader reader, ReadFields<T> read)
    {
        var values = new T[reader.ReadArrayHeader()];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = read(ref reader);
        }

        return values;
    }

    internal static void Fields(this ref MessagePackReader reader, int expected)
    {
        var count = reader.ReadArrayHeader();
        if (count != expected)
        {
            throw new MessagePackSerializationException($"{count} fields where {expected} are expected.");
        }
    }

    private static int Pairs(this ref MessagePackReader reader)
    {
        var count = reader.ReadArrayHeader();
        return count % 2 == 0 ? count / 2 : throw new MessagePackSerializationException($"{count} places cannot be pairs.");
    }
}
