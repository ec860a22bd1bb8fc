using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Orchestration.Weights;

namespace R2ec.Distributed.Orchestration.Folders;

/// <summary>The files of a named folder with their hashes: what makes two folders on two nodes the same.</summary>
/// <param name="Files">In ordinal order of their names.</param>
public sealed record FolderManifest(IReadOnlyList<FolderFile> Files)
{
    /// <summary>Most bytes of a manifest as JSON: 1 MiB.</summary>
    public const int LimitBytes = 1 << 20;

    /// <summary>Most files of a folder.</summary>
    public const int MostFiles = 1024;

    /// <summary>Most bytes of a folder: 4 TiB.</summary>
    public const long LongestFolderBytes = 4L << 40;

    private const int LongestName = 128;

    /// <summary>SHA-256 over the hashes and the names of the files: one line each, <c>hash, two spaces, name</c>.</summary>
    public Digest Digest => Digest.Of(Encoding.UTF8.GetBytes(string.Concat(Files.OrderBy(file => file.Name, StringComparer.Ordinal).Select(file => $"{file.Content.Hex}  {file.Name}\n"))));

    /// <summary>Bytes of all files.</summary>
    public long Bytes => Files.Sum(file => file.Bytes);

    /// <summary>Why nobody may follow this manifest, whoever sent it; null where it is sound. No name of a sound one leads out of its folder.</summary>
    public string? Fault => Files switch
    {
        { Count: 0 or > MostFiles } => $"it names {Files.Count} files; 1 to {MostFiles} are taken",
        _ when Files.FirstOrDefault(file => !IsPlain(file.Name)) is { } file => $"it names '{file.Name}', which is no plain file of its folder",
        _ when Files.FirstOrDefault(file => file.Bytes is < 0 or > ChunkManifest.LongestFileBytes) is { } file => $"{file.Name} has {file.Bytes} bytes; at most {ChunkManifest.LongestFileBytes} are taken",
        _ when Files.FirstOrDefault(file => !Digest.TryParse(file.Content.Hex, out _)) is { } file => $"the hash of {file.Name} is none",
        _ when Files.DistinctBy(file => file.Name, StringComparer.OrdinalIgnoreCase).Count() < Files.Count => "it names a file twice",
        _ when Files.Sum(file => (double)file.Bytes) > LongestFolderBytes => $"its files have more than {LongestFolderBytes} bytes",
        _ => null,
    };

    /// <summary>A manifest that came from another node.</summary>
    /// <exception cref="InvalidDataException">It is none, over a limit, or not sound.</exception>
    public static FolderManifest Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            var files = json.Length <= LimitBytes ? JsonSerializer.Deserialize<Entry[]>(json) : null;
            var manifest = new FolderManifest([.. (files ?? []).Select(file => new FolderFile(file.Name ?? "", file.Bytes, new Digest(file.Sha256 ?? "")))]);
            return manifest.Fault is { } fault ? throw new InvalidDataException($"A folder's manifest cannot be followed: {fault}.") : manifest;
        }
        catch (JsonException torn)
        {
            throw new InvalidDataException("The bytes are no manifest of a folder.", torn);
        }
    }

    /// <summary>The manifest as JSON.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(Files.Select(file => new Entry(file.Name, file.Bytes, file.Content.Hex)));

    /// <summary>The first difference between what is wanted and what stands somewhere, in words; null where they agree.</summary>
    public string? DifferenceFrom(FolderManifest wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var here = Files.ToDictionary(file => file.Name, StringComparer.Ordinal);
        foreach (var file in wanted.Files)
        {
            if (!here.Remove(file.Name, out var own))
            {
                return $"{file.Name} is missing";
            }

            if (own != file)
            {
                return $"{file.Name} is {own.Content.Brief} with {own.Bytes} bytes, the run's is {file.Content.Brief} with {file.Bytes}";
            }
        }

        return here.Count > 0 ? $"the run's has no {here.Keys.Order(StringComparer.Ordinal).First()}" : null;
    }

    /// <summary>Whether a name is that of a plain file.</summary>
    public static bool IsPlain(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length is > 0 and <= LongestName && name[0] != '.' && !name.EndsWith(PartFile.Ending, StringComparison.Ordinal)
            && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '.' or '-' or '_');
    }

    private sealed record Entry(
        [property: JsonPropertyName("name")] string? Name, [property: JsonPropertyName("bytes")] long Bytes, [property: JsonPropertyName("sha256")] string? Sha256);
}
