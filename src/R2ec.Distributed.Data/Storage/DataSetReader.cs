using System.Runtime.InteropServices;
using System.Text.Json;
using R2ec.Distributed.Core;

namespace R2ec.Distributed.Data.Storage;

/// <summary>Reads a prepared folder and refuses what is not whole: a wrong size, an id out of range, a line that is no JSON.</summary>
internal static class DataSetReader
{
    public static DataSet Read(string folder, bool verifyHashes)
    {
        var manifest = ReadManifest(folder);
        foreach (var file in manifest.Files)
        {
            Verify(folder, file, verifyHashes);
        }

        var (counts, samples) = (manifest.Counts, manifest.Counts.Samples);
        var offsets = Column<int>(folder, DataSetFiles.UserOffsets, counts.Users + 1);
        var users = ReadUsers(folder, counts.Users);
        var items = ItemsReader.Read(Path.Combine(folder, DataSetFiles.Items), counts.Items);
        var events = ReadEvents(folder, counts);
        CheckOffsets(folder, offsets, counts.Interactions);
        var all = ReadSamples(folder, samples.Train + samples.Valid + samples.Test, offsets);
        var cut = new SampleCut(all[..samples.Train], all[samples.Train..(samples.Train + samples.Valid)], all[(samples.Train + samples.Valid)..]);
        var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        return new DataSet(name, items, users, offsets, events, cut, manifest.Window, manifest.Digest);
    }

    private static DataSetManifest ReadManifest(string folder)
    {
        var path = Path.Combine(folder, DataSetFiles.Manifest);
        if (!File.Exists(path))
        {
            throw new InputException($"{folder} holds no prepared data set: {DataSetFiles.Manifest} is not there. Make one with `r2ec prepare … --out {folder}`.");
        }

        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            var version = json.RootElement.TryGetProperty("schema_version", out var given) && given.TryGetInt32(out var number) ? number : 0;
            if (version != DataSetManifest.CurrentSchema)
            {
                throw new InputException(
                    $"{path} has schema version {version}; this program reads version {DataSetManifest.CurrentSchema}. Prepare the data set again with this program.");
            }

            var manifest = json.Deserialize(ManifestJson.Default.DataSetManifest) ?? throw new JsonException("empty");
            var (counts, samples) = (manifest.Counts, manifest.Counts.Samples);
            var missing = DataSetFiles.Names.Except(manifest.Files.Select(f => f.Name)).FirstOrDefault();
            var names = manifest.Files.All(f => DataSetFiles.Names.Contains(f.Name));
            return missing is null && names && manifest.Window > 0 && int.Min(counts.Users, int.Min(counts.Items, counts.Interactions)) >= 0
                    && int.Min(samples.Train, int.Min(samples.Valid, samples.Test)) >= 0
                ? manifest
                : throw new InputException($"{path} is damaged: its counts or its list of files make no sense. Prepare the data set again.");
        }
        catch (JsonException fault)
        {
            throw new InputException($"{path} is damaged (line {fault.LineNumber + 1}: not the manifest of a data set). Prepare the data set again.", fault);
        }
    }

    private static void Verify(string folder, FileEntry file, bool hash)
    {
        var path = Path.Combine(folder, file.Name);
        if (!File.Exists(path))
        {
            throw new InputException($"{path} is missing from the data set. Prepare the data set again.");
        }

        var length = new FileInfo(path).Length;
        if (length != file.Bytes)
        {
            throw Damaged(path, $"{length} bytes instead of {file.Bytes}");
        }

        if (hash)
        {
            using var stream = File.OpenRead(path);
            var found = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(stream));
            if (found != file.Sha256)
            {
                throw Damaged(path, $"SHA-256 {found[..12]}… instead of {file.Sha256[..Math.Min(12, file.Sha256.Length)]}…");
            }
        }
    }

    private static Event[] ReadEvents(string folder, DataSetCounts counts)
    {
        var items = Column<int>(folder, DataSetFiles.EventItems, counts.Interactions);
        var ratings = Column<float>(folder, DataSetFiles.EventRatings, counts.Interactions);
        var times = Column<long>(folder, DataSetFiles.EventTimes, counts.Interactions);
        var events = new Event[counts.Interactions];
        for (var i = 0; i < events.Length; i++)
        {
            if (items[i] < 1 || items[i] > counts.Items)
            {
                throw Damaged(Path.Combine(folder, DataSetFiles.EventItems), $"event {i} names item {items[i]} of {counts.Items}");
            }

            events[i] = new Event(items[i], ratings[i], times[i]);
        }

        return events;
    }

    private static void CheckOffsets(string folder, int[] offsets, int events)
    {
        var rising = offsets[0] == 0 && offsets[^1] == events;
        for (var i = 1; rising && i < offsets.Length; i++)
        {
            rising = offsets[i] >= offsets[i - 1];
        }

        if (!rising)
        {
            throw Damaged(Path.Combine(folder, DataSetFiles.UserOffsets), $"offsets do not rise from 0 to {events}");
        }
    }

    private static Sample[] ReadSamples(string folder, int count, int[] offsets)
    {
        var users = Column<int>(folder, DataSetFiles.SampleUsers, count);
        var positions = Column<int>(folder, DataSetFiles.SamplePositions, count);
        var samples = new Sample[count];
        for (var i = 0; i < count; i++)
        {
            var user = users[i];
            if (user < 0 || user + 1 >= offsets.Length || positions[i] < 1 || positions[i] >= offsets[user + 1] - offsets[user])
            {
                throw Damaged(Path.Combine(folder, DataSetFiles.SamplePositions), $"sample {i} names user {user}, position {positions[i]}");
            }

            samples[i] = new Sample(user, positions[i]);
        }

        return samples;
    }

    private static string[] ReadUsers(string folder, int count)
    {
        var path = Path.Combine(folder, DataSetFiles.Users);
        var names = new List<string>(count);
        foreach (var line in JsonLines.Of(path))
        {
            try
            {
                names.Add(Name(line.Span));
            }
            catch (Exception fault) when (fault is JsonException or InvalidOperationException)
            {
                throw Damaged(path, $"line {names.Count + 1} is no name");
            }
        }

        return names.Count == count ? [.. names] : throw Damaged(path, $"{names.Count} users instead of {count}");
    }

    private static string Name(ReadOnlySpan<byte> line)
    {
        var json = new Utf8JsonReader(line);
        json.Read();
        return json.GetString() ?? throw new JsonException("null");
    }

    private static T[] Column<T>(string folder, string name, int count)
        where T : unmanaged
    {
        var path = Path.Combine(folder, name);
        var values = new T[count];
        var bytes = MemoryMarshal.AsBytes(values.AsSpan());
        using var file = File.OpenRead(path);
        if (file.Length != bytes.Length)
        {
            throw Damaged(path, $"{file.Length} bytes where the counts ask for {bytes.Length}");
        }

        file.ReadExactly(bytes);
        return values;
    }

    internal static InputException Damaged(string path, string how) => new($"{path} is damaged: {how}. Prepare the data set again.");
}
