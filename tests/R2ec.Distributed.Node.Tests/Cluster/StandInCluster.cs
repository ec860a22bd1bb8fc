using System.Diagnostics;
using R2ec.Distributed.Node.Cluster;
using R2ec.Distributed.Node.Tests.Commands;

namespace R2ec.Distributed.Node.Tests.Cluster;

/// <summary>A cluster of stand-in nodes with a supervisor, in this process or in one of its own. Ends every process it started.</summary>
internal sealed class StandInCluster : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly string _place = Directory.CreateTempSubdirectory("r2ec-cluster-").FullName;
    private readonly CancellationTokenSource _stop = new();
    private Task _supervising = Task.CompletedTask;

    private StandInCluster()
    {
        Parts = new StandInParts(_place);
        Folder = ClusterFolder.At(Path.Combine(_place, "cluster"));
        File.WriteAllText(DatabaseFile, "postgresql://u:p@127.0.0.1:1/d");
        File.SetUnixFileMode(DatabaseFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public StandInParts Parts { get; }

    public ClusterFolder Folder { get; }

    public StringWriter Output { get; } = new();

    public string DatabaseFile => Path.Combine(_place, "database.url");

    public ClusterFacts Facts => ClusterJson.Read<ClusterFacts>(Folder.Facts)!;

    public ClusterChange Change => new(Parts, TimeProvider.System, Output);

    public static StandInCluster Empty() => new();

    public static async Task<StandInCluster> MadeAsync(int coordinators = 1)
    {
        var cluster = new StandInCluster();
        await new ClusterMaker(cluster.Folder, cluster.Parts).MakeAsync(cluster.Request(coordinators), CancellationToken.None);
        return cluster;
    }

    public ClusterUpRequest Request(int coordinators = 1) => new(Folder.Path, coordinators, 1, 1, 1, DatabaseFile);

    /// <summary>Supervises within this process.</summary>
    public StandInCluster Supervised()
    {
        _supervising = new Supervisor(Folder, Parts.Program, null, TimeProvider.System, _ => { }).RunAsync(_stop.Token);
        return this;
    }

    /// <summary>Supervises in a process of its own.</summary>
    public Process StartSupervisor()
    {
        var process = R2ecProcess.Start([.. Parts.Supervise.Skip(1), "--dir", Folder.Path]);
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        return process;
    }

    public Task AllReadyAsync(int nodes) => UntilAsync(() => File.Exists(Folder.Facts) && Facts.Nodes.Count == nodes && Facts.Nodes.All(n => IsReady(n.Name, n.Pid)));

    public bool IsReady(string name, int pid) => File.Exists(Path.Combine(Folder.Node(name).Home, "ready")) && File.ReadAllText(Path.Combine(Folder.Node(name).Home, "ready")).Trim() == $"{pid}";

    public NodeState State(string name) => ClusterJson.Read<NodeState>(Folder.Node(name).State) ?? new NodeState();

    public int Pid(string name) => State(name).Pid;

    public void Signal(string name, int signal) => LinuxProcess.Signal(State(name).Pid, State(name).StartedTicks, signal);

    /// <summary>Waits until something holds that shows in the cluster's files.</summary>
    public async Task UntilAsync(Func<bool> holds)
    {
        using var changes = new FileSystemWatcher(_place) { IncludeSubdirectories = true };
        using var changed = new SemaphoreSlim(0);
        changes.Changed += (_, _) => changed.Release();
        changes.Created += (_, _) => changed.Release();
        changes.Renamed += (_, _) => changed.Release();
        changes.Deleted += (_, _) => changed.Release();
        changes.EnableRaisingEvents = true;
        while (!holds())
        {
            Assert.True(await changed.WaitAsync(Limit), $"nothing changed in {Folder.Path} for {Limit.TotalSeconds} s; states: {string.Join(' ', Folder.AllNodes().Select(n => $"{n.Name} {State(n.Name)}"))}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _supervising;
        if (File.Exists(Folder.Layout))
        {
            await new ClusterDown(Parts, TimeProvider.System, Output).RunAsync(Folder, CancellationToken.None);
        }

        _stop.Dispose();
        Directory.Delete(_place, recursive: true);
    }
}
