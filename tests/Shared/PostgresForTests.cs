using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace R2ec.Distributed.Testing;

/// <summary>
/// One PostgreSQL server for the tests of an assembly, started when the first of them needs it. It ends with the test process, however that ends. Tests that
/// use it stand in the collection <see cref="Collection"/>, since one of them stops it. Where PostgreSQL is not installed they are skipped by name.
/// </summary>
internal sealed class PostgresForTests
{
    public const string Collection = "PostgreSQL";
    private static readonly Lazy<PostgresForTests> Shared = new(() => new PostgresForTests());

    private readonly string _bin = Installed()!;
    private readonly string _folder = Directory.CreateTempSubdirectory("r2ec-postgres-").FullName;
    private readonly string _password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12));
    private readonly int _port = FreePort();
    private readonly Process _end;
    private int _databases;

    private PostgresForTests()
    {
        var password = Path.Combine(_folder, "password");
        File.WriteAllText(password, _password + "\n");
        if (Environment.IsPrivilegedProcess)
        {
            Run("chown", ["-R", "postgres:", _folder]);
        }

        RunAsServer("initdb", ["-D", Data, "-U", "r2ec", "--auth=scram-sha-256", $"--pwfile={password}", "--encoding=UTF8", "--locale=C", "--no-sync"]);
        _end = EndWithThisProcess();
        Start();
    }

    private string Data => Path.Combine(_folder, "data");

    /// <summary>The server; the test is skipped where PostgreSQL is not installed.</summary>
    public static PostgresForTests Need()
    {
        SkipUnlessInstalled();
        return Shared.Value;
    }

    /// <summary>Skips the test where PostgreSQL is not installed.</summary>
    public static void SkipUnlessInstalled() => Assert.SkipWhen(Installed() is null, "PostgreSQL is not installed (apt-get install postgresql)");

    /// <summary>A port on loopback that nothing listens on.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>The libpq URI of a new, empty database.</summary>
    public string NewDatabase()
    {
        Assert.False(_end.HasExited, "The server was ended with its tests still running.");
        var name = $"test_{Interlocked.Increment(ref _databases)}";
        Run(Path.Combine(_bin, "psql"), ["-q", "-h", "127.0.0.1", "-p", $"{_port}", "-U", "r2ec", "-d", "postgres", "-c", $"create database {name}"]);
        return $"postgresql://r2ec:{_password}@127.0.0.1:{_port}/{name}";
    }

    /// <summary>Starts the server and waits until it takes connections.</summary>
    public void Start() => RunAsServer("pg_ctl", ["start", "-D", Data, "-l", Path.Combine(_folder, "log"), "-w", "-s", "-o", $"-p {_port} -h 127.0.0.1 -k ''"]);

    /// <summary>What the server's log says of failures.</summary>
    public IReadOnlyList<string> Errors() => [.. File.ReadAllLines(Path.Combine(_folder, "log")).Where(line => line.Contains("ERROR:", StringComparison.Ordinal))];

    /// <summary>Ends the server: connections are cut. (After "immediate" the next start would take seconds, since it fsyncs every file.)</summary>
    public void Stop() => RunAsServer("pg_ctl", ["stop", "-D", Data, "-m", "fast", "-w", "-s"]);

    private static string? Installed() => !Directory.Exists("/usr/lib/postgresql")
        ? null
        : Directory.EnumerateDirectories("/usr/lib/postgresql").Select(folder => Path.Combine(folder, "bin")).Where(bin => File.Exists(Path.Combine(bin, "initdb"))).Order(StringComparer.Ordinal).LastOrDefault();

    private static string[] AsServer(string[] command) =>
        Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--", .. command] : command;

    // Its standard input ends when this process does, or when nobody holds the Process any more.
    private Process EndWithThisProcess()
    {
        string[] command = AsServer(["sh", "-c", "exec > /dev/null 2>&1; read _; \"$1/pg_ctl\" stop -D \"$2/data\" -m immediate -w; rm -rf \"$2\"/*; rmdir \"$2\"", "sh", _bin, _folder]);
        return Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, WorkingDirectory = "/" })!;
    }

    private void RunAsServer(string tool, string[] arguments)
    {
        string[] command = AsServer([Path.Combine(_bin, tool), .. arguments]);
        Run(command[0], command[1..]);
    }

    private void Run(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        start.Environment["PGPASSWORD"] = _password;
        using var process = Process.Start(start)!;
        var said = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program}: {string.Concat(said.GetAwaiter().GetResult())}");
    }
}
