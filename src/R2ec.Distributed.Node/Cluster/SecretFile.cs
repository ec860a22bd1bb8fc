using System.Text;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>Files that only their owner may read. They never exist with wider rights, not even while they are written.</summary>
internal static class SecretFile
{
    /// <summary>Writes a file that is there whole or not at all: a reader sees the old one or the new one.</summary>
    internal static void Replace(string path, string text)
    {
        Write(path + ".new", text);
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>Writes a file anew.</summary>
    internal static void Write(string path, string text)
    {
        File.Delete(path);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new FileStream(path, options);
        file.Write(Encoding.UTF8.GetBytes(text));
        file.Flush(flushToDisk: true);
    }
}
