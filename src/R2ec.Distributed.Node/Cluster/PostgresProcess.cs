using System.Globalization;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>The process that serves a data folder of PostgreSQL.</summary>
internal static class PostgresProcess
{
    /// <summary>Its id; null where none runs. A pid file that a crash left behind names no process, or one that serves something else.</summary>
    internal static int? Find(string data)
    {
        try
        {
            var first = File.ReadLines(Path.Combine(data, "postmaster.pid")).FirstOrDefault();
            return int.TryParse(first, CultureInfo.InvariantCulture, out var process) && Serves(process, data) ? process : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static bool Serves(int process, string data) =>
        File.ReadAllText($"/proc/{process}/cmdline").Split('\0').Contains(data, StringComparer.Ordinal);
}
