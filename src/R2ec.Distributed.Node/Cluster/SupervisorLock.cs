using R2ec.Distributed.Core;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>The right to write the nodes' states of a folder: one process has it at a time, and it ends with the process.</summary>
internal static class SupervisorLock
{
    /// <summary>Takes it, or gives null where another process has it.</summary>
    public static FileStream? Try(ClusterFolder folder)
    {
        try
        {
            return new FileStream(folder.SupervisorLock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException) when (Directory.Exists(folder.Path))
        {
            return null;
        }
    }

    /// <summary>Takes it.</summary>
    /// <exception cref="InputException">Another process has it.</exception>
    public static FileStream Take(ClusterFolder folder) =>
        Try(folder) ?? throw new InputException($"Another process supervises {folder.Path} or changes it just now. `r2ec cluster status --dir {folder.Path}` shows what runs.");
}
