using System.Text.Json;
using R2ec.Distributed.Core;

namespace R2ec.Distributed.Data.Storage;

/// <summary>Writes a data set whole or not at all: into a hidden sibling folder, fsync, rename.</summary>
internal static class DataSetWriter
{
    /// <summary>Refuses a place that is taken, before any work is spent.</summary>
    public static void NeedFree(string folder)
    {
        if (File.Exists(folder) || Directory.Exists(folder))
        {
            throw new InputException($"--out {folder} exists already. Name another folder, or remove this one first; prepare never overwrites a data set.");
        }
    }

    /// <param name="set">What to write.</param>
    /// <param name="folder">Must not exist.</param>
    /// <param name="manifest">The manifest for the files as they were written.</param>
    public static void Write(DataSet set, string folder, Func<IReadOnlyList<FileEntry>, DataSetManifest> manifest)
    {
        NeedFree(folder);
        var place = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var parent = Path.GetDirectoryName(place) ?? throw new InputException($"--out {folder} is no folder that could be made.");
        var half = Path.Combine(parent, $".{Path.GetFileName(place)}.{Environment.ProcessId}.part");
        try
        {
            Directory.CreateDirectory(half);
            var files = DataSetFiles.Names.Select(name => WriteFile(half, name, to => DataSetFiles.Write(set, name, to))).ToArray();
            WriteFile(half, DataSetFiles.Manifest, to =>
            {
                to.Write(JsonSerializer.SerializeToUtf8Bytes(manifest(files), ManifestJson.Default.DataSetManifest));
                to.WriteByte((byte)'\n');
            });
            FolderSync.Flush(half);
            NeedFree(folder);
            Directory.Move(half, place);
            FolderSync.Flush(parent);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"The data set could not be written to {folder}: {fault.Message} Nothing is left there; make room or name another folder.", fault);
        }
        finally
        {
            RemoveHalf(half);
        }
    }

    private static FileEntry WriteFile(string folder, string name, Action<Stream> write)
    {
        using var file = new FileStream(Path.Combine(folder, name), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
        using var hash = new HashingStream(file);
        write(hash);
        file.Flush(flushToDisk: true);
        return new FileEntry(name, hash.Count, hash.Finish());
    }

    private static void RemoveHalf(string half)
    {
        try
        {
            if (Directory.Exists(half))
            {
                Directory.Delete(half, recursive: true);
            }
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The first fault is the one worth telling; what is left is hidden and named .part.
        }
    }
}
