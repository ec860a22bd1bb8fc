using System.Collections.Concurrent;
using System.Security.Cryptography;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Orchestration.Folders;

namespace R2ec.Distributed.Node.Composition;

/// <summary>Hashes of the files of named folders: each is read once, and again where its length or its time changed. Thread-safe.</summary>
internal sealed class FolderHashes
{
    private readonly ConcurrentDictionary<string, Known> _known = new(StringComparer.Ordinal);

    /// <summary>The files of a folder with their hashes; reads what was not read before. An empty list where nothing of the kind stands there.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public FolderManifest Of(FolderKind kind, string folder) => new([.. FolderFiles.In(kind, folder).Select(name => Of(Path.Combine(folder, name)))]);

    /// <summary>Takes a file's hash over from somebody who has just compared it.</summary>
    public void Note(FolderFile file, string path) => _known[path] = new Known(file, File.GetLastWriteTimeUtc(path));

    /// <summary>Where a file with these bytes stands; null where none is known, or it changed.</summary>
    public string? Find(Digest content) => _known.Where(pair => pair.Value.File.Content == content && IsStill(pair.Key, pair.Value)).Select(pair => pair.Key).FirstOrDefault();

    private FolderFile Of(string path)
    {
        if (_known.TryGetValue(path, out var known) && IsStill(path, known))
        {
            return known.File;
        }

        var written = File.GetLastWriteTimeUtc(path);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0);
        var file = new FolderFile(Path.GetFileName(path), stream.Length, new Digest(Convert.ToHexStringLower(SHA256.HashData(stream))));
        _known[path] = new Known(file, written);
        return file;
    }

    private static bool IsStill(string path, Known known) => new FileInfo(path) is { Exists: true } file && file.Length == known.File.Bytes && file.LastWriteTimeUtc == known.Written;

    private sealed record Known(FolderFile File, DateTime Written);
}
