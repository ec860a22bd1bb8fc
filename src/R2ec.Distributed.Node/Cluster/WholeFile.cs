namespace R2ec.Distributed.Node.Cluster;

/// <summary>Files that others read while they are replaced: written beside their place and renamed, so that a reader finds the old text or the new one.</summary>
internal static class WholeFile
{
    /// <summary>Replaces a file's text.</summary>
    public static void Write(string path, string text)
    {
        var making = $"{path}.new-{Environment.ProcessId}";
        File.WriteAllText(making, text);
        File.Move(making, path, overwrite: true);
    }
}
