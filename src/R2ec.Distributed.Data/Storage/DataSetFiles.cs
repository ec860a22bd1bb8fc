using System.Buffers;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace R2ec.Distributed.Data.Storage;

/// <summary>
/// The files of a data set and their bytes. Columns are arrays without a header, little-endian, one value per event or sample; lengths follow from the
/// counts in the manifest. The same data set has the same bytes on every machine.
/// </summary>
internal static class DataSetFiles
{
    public const string Manifest = "manifest.json";
    public const string Items = "items.jsonl";
    public const string Users = "users.jsonl";
    public const string UserOffsets = "users.offsets.i32";
    public const string EventItems = "events.item.i32";
    public const string EventRatings = "events.rating.f32";
    public const string EventTimes = "events.time.i64";
    public const string SampleUsers = "samples.user.i32";
    public const string SamplePositions = "samples.position.i32";

    /// <summary>All files but the manifest, in ordinal order.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [EventItems, EventRatings, EventTimes, Items, SamplePositions, SampleUsers, Users, UserOffsets];

    /// <summary>Hash over the files' hashes, in ordinal order of their names.</summary>
    public static string Digest(IEnumerable<(string Name, string Sha256)> files)
    {
        var lines = string.Concat(files.OrderBy(f => f.Name, StringComparer.Ordinal).Select(f => $"{f.Sha256}  {f.Name}\n"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(lines)));
    }

    /// <summary>The digest that the data set would have on disk.</summary>
    public static string Digest(DataSet set) => Digest(Names.Select(name =>
    {
        using var hash = new HashingStream(Stream.Null);
        Write(set, name, hash);
        return (name, hash.Finish());
    }));

    /// <summary>Writes one file's bytes.</summary>
    public static void Write(DataSet set, string name, Stream to)
    {
        switch (name)
        {
            case Items:
                WriteItems(set, to);
                break;
            case Users:
                WriteUsers(set, to);
                break;
            case UserOffsets:
                to.Write(MemoryMarshal.AsBytes(set.Offsets));
                break;
            case EventItems:
                WriteColumn(set.AllEvents, static e => e.Item, to);
                break;
            case EventRatings:
                WriteColumn(set.AllEvents, static e => e.Rating, to);
                break;
            case EventTimes:
                WriteColumn(set.AllEvents, static e => e.TimeMs, to);
                break;
            case SampleUsers:
                WriteSamples(set, static s => s.User, to);
                break;
            case SamplePositions:
                WriteSamples(set, static s => s.Position, to);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(name), name, "Not a file of a data set.");
        }
    }

    private static void WriteSamples(DataSet set, Func<Sample, int> column, Stream to)
    {
        foreach (var split in (Sample[][])[set.Cut.Train, set.Cut.Valid, set.Cut.Test])
        {
            WriteColumn<Sample, int>(split, column, to);
        }
    }

    private static void WriteColumn<TRow, TValue>(ReadOnlySpan<TRow> rows, Func<TRow, TValue> column, Stream to)
        where TValue : unmanaged
    {
        var chunk = new TValue[16 * 1024];
        for (var first = 0; first < rows.Length; first += chunk.Length)
        {
            var count = Math.Min(chunk.Length, rows.Length - first);
            for (var i = 0; i < count; i++)
            {
                chunk[i] = column(rows[first + i]);
            }

            to.Write(MemoryMarshal.AsBytes(chunk.AsSpan(0, count)));
        }
    }

    private static void WriteItems(DataSet set, Stream to)
    {
        var line = new ArrayBufferWriter<byte>();
        for (var id = 1; id <= set.ItemCount; id++)
        {
            line.ResetWrittenCount();
            using (var json = new Utf8JsonWriter(line, Line))
            {
                Write(json, set.Items[id]);
            }

            to.Write(line.WrittenSpan);
            to.WriteByte((byte)'\n');
        }
    }

    private static void Write(Utf8JsonWriter json, Item item)
    {
        json.WriteStartObject();
        json.WriteNumber("id", item.Id);
        json.WriteString("external_id", item.ExternalId);
        json.WriteString("title", item.Title);
        json.WriteNumber("average_rating", item.AverageRating);
        json.WriteNumber("rating_count", item.RatingCount);
        json.WriteString("text", item.Text);
        json.WriteStartObject("attributes");
        foreach (var (name, values) in item.Attributes.OrderBy(a => a.Key, StringComparer.Ordinal))
        {
            json.WriteStartArray(name);
            foreach (var value in values)
            {
                json.WriteStringValue(value);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteUsers(DataSet set, Stream to)
    {
        var line = new ArrayBufferWriter<byte>();
        for (var user = 0; user < set.UserCount; user++)
        {
            line.ResetWrittenCount();
            using (var json = new Utf8JsonWriter(line, Line))
            {
                json.WriteStringValue(set.UserName(user));
            }

            to.Write(line.WrittenSpan);
            to.WriteByte((byte)'\n');
        }
    }

    private static readonly JsonWriterOptions Line = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
