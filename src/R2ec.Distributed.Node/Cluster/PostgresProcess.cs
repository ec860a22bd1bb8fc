using System.Globalization;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>The process that serves a data folder of PostgreSQL.</summary>
internal static class PostgresProcess
{
    /// <summary>Its id; null where none runs. A pid file that a crash left behind names no process, or one that serves something else.</summary>
    internal static int? Find(string data)
    {
        var first = Read(Path.Combine(data, "postmaster.pid")).Split('\n')[0];
        return int.TryParse(first, CultureInfo.InvariantCulture, out var process) && Serves(process, data) ? process : null;
    }

    /// <summary>Whether a process serves the folder. One that has ended and that nobody has taken note of yet has no command line any more.</summary>
    internal static bool Serves(int process, string data) => Read($"/proc/{process}/cmdline").Split('\0').Contains(data, StringComparer.Ordinal);

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
