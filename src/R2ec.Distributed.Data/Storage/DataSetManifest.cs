using System.Text.Json;
using System.Text.Json.Serialization;

namespace R2ec.Distributed.Data.Storage;

/// <summary>manifest.json: what the data set holds and where it is from. Holds no clock and no absolute path, so the same input gives the same bytes.</summary>
internal sealed record DataSetManifest
{
    /// <summary>Raised whenever a reader of the version before would misread the folder.</summary>
    public const int CurrentSchema = 1;

    public required int SchemaVersion { get; init; }

    public required string Format { get; init; }

    public required DataSetCounts Counts { get; init; }

    public required int Window { get; init; }

    /// <summary>Rows that were left out, by reason.</summary>
    public required SortedDictionary<string, long> Dropped { get; init; }

    public required SortedDictionary<string, JsonElement> Options { get; init; }

    /// <summary>The raw files, by their names alone.</summary>
    public required IReadOnlyList<FileEntry> Sources { get; init; }

    public required SortedDictionary<string, JsonElement> Statistics { get; init; }

    public required IReadOnlyList<FileEntry> Files { get; init; }

    public string Digest => DataSetFiles.Digest(Files.Select(f => (f.Name, f.Sha256)));
}

/// <summary>A file by name, size and SHA-256 (64 hex digits).</summary>
internal sealed record FileEntry(string Name, long Bytes, string Sha256);

/// <summary>How much there is of everything.</summary>
internal sealed record DataSetCounts(int Users, int Items, int Interactions, SampleCounts Samples);

/// <summary>Samples per split.</summary>
internal sealed record SampleCounts(int Train, int Valid, int Test);

/// <summary>JSON of the manifest, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, IndentSize = 2, NewLine = "\n")]
[JsonSerializable(typeof(DataSetManifest))]
internal sealed partial class ManifestJson : JsonSerializerContext;
