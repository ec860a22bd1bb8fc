using System.Globalization;
using R2ec.Distributed.Node.Cluster;

namespace R2ec.Distributed.Node.Tests.Cluster;

/// <summary>Parts of a cluster whose nodes are small scripts: ready once they have written their number, ended with 0 by SIGTERM.</summary>
/// <param name="place">Where the scripts stand.</param>
internal sealed class StandInParts(string place) : IClusterParts
{
    // It waits on a pipe of its own, so that it is one process without children.
    private const string Script =
        """
        #!/bin/sh
        dir=$(dirname "$3")
        trap 'echo 0 > "$dir/exit"; exit 0' TERM
        [ ! -f "$dir/broken" ] || { echo "the stand-in is broken"; exit 3; }
        mkfifo "$dir/home/pipe.$$"
        exec 3<> "$dir/home/pipe.$$"
        rm "$dir/home/pipe.$$"
        echo $$ > "$dir/home/ready.new"
        mv "$dir/home/ready.new" "$dir/home/ready"
        while :; do read -r line <&3; done
        """;

    public IReadOnlyList<string> Supervise => [Path.Combine(AppContext.BaseDirectory, "r2ec"), "cluster", "supervise", "--program", Program];

    public string Program { get; } = WriteProgram(place);

    public void CreateCa(string folder)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "ca.pem"), "");
    }

    public void IssueCertificate(string caFolder, string name, IReadOnlyList<string> addresses, string folder) => File.WriteAllText(Path.Combine(folder, "node.pem"), "");

    public void WriteToken(string file) => File.WriteAllText(file, "");

    public IClusterDatabase Database(string folder) => throw new InvalidOperationException("A stand-in has no database.");

    public Task<bool> IsReadyAsync(NodeConfig node, CancellationToken stop)
    {
        var ready = Path.Combine(node.Folder, "ready");
        return Task.FromResult(File.Exists(ready) && LinuxProcess.StartedTicks(int.Parse(File.ReadAllText(ready), CultureInfo.InvariantCulture)) is not null);
    }

    private static string WriteProgram(string place)
    {
        var path = Path.Combine(place, "node.sh");
        File.WriteAllText(path, Script);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }
}
