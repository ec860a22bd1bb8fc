using System.Security.Cryptography;
using System.Text.Json;
using R2ec.Distributed.Core.Identity;

namespace R2ec.Distributed.Orchestration.Weights;

/// <summary>What a checkpoint's <c>manifest.json</c> says about its files. The rest of it is the learner's own.</summary>
/// <param name="Files">SHA-256 of each file by its name; the manifest itself is none of them.</param>
public sealed record CheckpointManifest(IReadOnlyDictionary<string, Digest> Files)
{
    /// <summary>Name of the manifest.</summary>
    public const string FileName = "manifest.json";

    /// <summary>Most bytes of a manifest: 1 MiB.</summary>
    public const int LimitBytes = 1 << 20;

    private const int MostFiles = 64;

    /// <summary>The manifest in a folder, if it is the one that is named and can be read; null otherwise.</summary>
    public static CheckpointManifest? Find(string folder, Digest manifest)
    {
        var file = new FileInfo(Path.Combine(folder, FileName));
        if (!file.Exists || file.Length > LimitBytes)
        {
            return null;
        }

        var bytes = File.ReadAllBytes(file.FullName);
        try
        {
            return Digest.Of(bytes) == manifest ? Parse(bytes) : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>A manifest from its bytes.</summary>
    /// <exception cref="InvalidDataException">It is none, or names something that is no plain file of its folder.</exception>
    public static CheckpointManifest Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var files = JsonSerializer.Deserialize<Shape>(json)?.Files;
            return files is { Count: > 0 and <= MostFiles } && files.All(IsPlain) && files.DistinctBy(file => file.Name).Count() == files.Count
                ? new CheckpointManifest(files.ToDictionary(file => file.Name, file => new Digest(file.Sha256), StringComparer.Ordinal))
                : throw new InvalidDataException("A checkpoint's manifest names no files, too many, or some that are no plain files.");
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException("The bytes are no manifest of a checkpoint.", fault);
        }
    }

    /// <summary>Whether every file stands in a folder as the manifest says; reads them all.</summary>
    public bool IsWhole(string folder) => Files.All(file => IsFile(Path.Combine(folder, file.Key), file.Value));

    /// <summary>Whether a file has these bytes; reads it whole.</summary>
    public static bool IsFile(string path, Digest wanted)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        return Convert.ToHexStringLower(SHA256.HashData(stream)) == wanted.Hex;
    }

    private static bool IsPlain(Entry file) =>
        file is { Name.Length: > 0 and <= 128 } && file.Name[0] != '.' && file.Name != FileName && !file.Name.EndsWith(PartFile.Ending, StringComparison.Ordinal)
        && file.Name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_') && Digest.TryParse(file.Sha256, out _);

    private sealed record Shape(IReadOnlyList<Entry>? Files);

    private sealed record Entry(string Name, long Bytes, string Sha256);
}
