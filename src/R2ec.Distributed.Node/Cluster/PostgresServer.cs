using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using Npgsql;
using R2ec.Distributed.Core;
using R2ec.Distributed.Node.Security;
using R2ec.Distributed.Orchestration.Journal;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>
/// A PostgreSQL server of our own in a folder, on loopback or on the bridge of a local cluster's network, for a cluster on one machine. Its processes outlive the program that started them. The password
/// stands in database.url alone, readable by its owner, and on no command line.
/// </summary>
internal sealed class PostgresServer
{
    private const string Name = "r2ec";
    private const string Loopback = "127.0.0.1";
    private const int Tries = 120;
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);

    private readonly string _folder;
    private readonly PostgresTools _tools;

    private PostgresServer(string folder, PostgresTools tools) => (_folder, _tools) = (folder, tools);

    /// <summary>File with the libpq URI of the database, mode 0600.</summary>
    internal string UrlFile => In("database.url");

    /// <summary>The server's log.</summary>
    internal string LogFile => In("postgres.log");

    /// <summary>Its process; null where it does not run.</summary>
    internal int? Process => PostgresProcess.Find(Data);

    /// <summary>Whether it runs.</summary>
    internal bool IsRunning => Process is not null;

    private string Data => In("data");

    private string Settings => Path.Combine(Data, "r2ec.conf");

    /// <summary>The server of a folder, whether it was made already or not.</summary>
    /// <exception cref="InputException">PostgreSQL is not installed.</exception>
    internal static PostgresServer Locate(string folder)
    {
        var whole = Path.GetFullPath(folder);
        var version = Path.Combine(whole, "data", "PG_VERSION");
        return new PostgresServer(whole, PostgresTools.Locate(File.Exists(version) ? File.ReadAllText(version).Trim() : null));
    }

    /// <summary>Makes the data, the database and its URI where they are missing, whole or not at all; of a server that was made the port alone may change.</summary>
    /// <exception cref="InputException">The folder is out of the server's reach, or the server runs on another port.</exception>
    internal async Task CreateAsync(int port, CancellationToken stop, NodeNetwork? network = null)
    {
        if (Directory.Exists(Data))
        {
            await MoveToAsync(port, stop).ConfigureAwait(false);
            return;
        }

        Directory.CreateDirectory(_folder);
        if (!await PostgresTools.CanEnterAsync(_folder, stop).ConfigureAwait(false))
        {
            throw new InputException($"The user 'postgres', as whom the server runs, cannot enter {_folder}. Take a folder that every user may enter, under /var/lib or /srv, or start as another user than root.");
        }

        var host = network?.Host ?? Loopback;
        var password = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24));
        SecretFile.Write(UrlFile, $"postgresql://{Name}:{password}@{host}:{port}/{Name}\n");
        var making = In("data.new");
        await InitialiseAsync(making, password, stop).ConfigureAwait(false);
        await MustAsync("postgres", ["--single", "-D", making, "postgres"], $"create database {Name}\n", stop).ConfigureAwait(false);
        await File.AppendAllTextAsync(Path.Combine(making, "postgresql.conf"), "\ninclude 'r2ec.conf'\n", stop).ConfigureAwait(false);
        if (network is not null)
        {
            await File.AppendAllTextAsync(Path.Combine(making, "pg_hba.conf"), $"host all all {network.Range} scram-sha-256\n", stop).ConfigureAwait(false);
        }

        await WriteSettingsAsync(Path.Combine(making, "r2ec.conf"), host, port, stop).ConfigureAwait(false);
        Directory.Move(making, Data);
    }

    /// <summary>Starts it where it does not run, and waits until it takes a connection.</summary>
    /// <exception cref="InputException">It does not start: the message has the last line of its log.</exception>
    internal async Task StartAsync(CancellationToken stop)
    {
        if (!IsRunning)
        {
            await File.AppendAllTextAsync(LogFile, "", stop).ConfigureAwait(false);
            await PostgresTools.GiveAsync(LogFile, stop).ConfigureAwait(false);
            // pg_ctl gives the server a session of its own, /dev/null as its input and the log as its output.
            await MustAsync("pg_ctl", ["start", "-D", Data, "-l", LogFile, "-w", "-t", "60", "-s"], "", stop).ConfigureAwait(false);
        }

        await WaitForConnectionAsync(stop).ConfigureAwait(false);
    }

    /// <summary>Ends it: connections are cut, what was committed stays. Returns when its process is gone.</summary>
    /// <exception cref="InputException">It does not end.</exception>
    internal async Task StopAsync(CancellationToken stop)
    {
        if (Process is not { } process)
        {
            return;
        }

        await MustAsync("pg_ctl", ["stop", "-D", Data, "-m", "fast", "-w", "-t", "60", "-s"], "", stop).ConfigureAwait(false);
        // pg_ctl waits for the pid file to go, which is a little before the process.
        using var pace = new PeriodicTimer(Pace);
        for (var left = Tries; left > 0 && PostgresProcess.Serves(process, Data); left--)
        {
            await pace.WaitForNextTickAsync(stop).ConfigureAwait(false);
        }
    }

    private async Task InitialiseAsync(string making, string password, CancellationToken stop)
    {
        var passwordFile = In("password.new");
        try
        {
            Recreate(making);
            SecretFile.Write(passwordFile, password + "\n");
            await PostgresTools.GiveAsync(making, stop).ConfigureAwait(false);
            await PostgresTools.GiveAsync(passwordFile, stop).ConfigureAwait(false);
            await MustAsync("initdb", ["-D", making, $"--username={Name}", "--auth=scram-sha-256", $"--pwfile={passwordFile}", "--encoding=UTF8", "--locale=C"], "", stop).ConfigureAwait(false);
        }
        finally
        {
            File.Delete(passwordFile);
        }
    }

    private async Task WaitForConnectionAsync(CancellationToken stop)
    {
        await using var source = NpgsqlDataSource.Create(DatabaseUrl.Read(UrlFile).ConnectionString);
        using var pace = new PeriodicTimer(Pace);
        for (var left = Tries; ; left--)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(stop).ConfigureAwait(false);
                return;
            }
            catch (NpgsqlException fault) when (DatabaseFaults.Classify(fault) == DatabaseFault.Unreachable && left > 1)
            {
                await pace.WaitForNextTickAsync(stop).ConfigureAwait(false);
            }
            catch (NpgsqlException fault)
            {
                throw new InputException($"PostgreSQL in {_folder} runs and takes no connection ({fault.Message}). Its log is {LogFile}.", fault);
            }
        }
    }

    private async Task MoveToAsync(int port, CancellationToken stop)
    {
        if (!File.Exists(UrlFile))
        {
            throw new InputException($"{UrlFile} is missing, and with it the database's password. Put it back, or remove {Data} to begin with an empty database.");
        }

        var url = new UriBuilder((await File.ReadAllTextAsync(UrlFile, stop).ConfigureAwait(false)).Trim());
        if (IsRunning)
        {
            if (url.Port != port)
            {
                throw new InputException($"PostgreSQL in {_folder} runs on port {url.Port}. Stop it before you give it port {port}.");
            }

            return;
        }

        await WriteSettingsAsync(Settings, url.Host, port, stop).ConfigureAwait(false);
        url.Port = port;
        SecretFile.Write(UrlFile, url.Uri.AbsoluteUri + "\n");
    }

    private async Task MustAsync(string tool, IReadOnlyList<string> arguments, string input, CancellationToken stop)
    {
        var (code, said) = await _tools.RunAsync(tool, arguments, input, stop).ConfigureAwait(false);
        if (code != 0)
        {
            var reason = File.Exists(LogFile) && tool == "pg_ctl" ? File.ReadLines(LogFile).LastOrDefault(line => line.Contains("FATAL", StringComparison.Ordinal)) ?? said : said;
            throw new InputException($"PostgreSQL in {_folder}: {tool} ended with {code} ({reason}). Mend that and try again; the server's log is {LogFile}.");
        }
    }

    private static async Task WriteSettingsAsync(string path, string host, int port, CancellationToken stop)
    {
        await File.WriteAllTextAsync(
            path,
            $"""
            listen_addresses = '{host}'
            port = {port.ToString(CultureInfo.InvariantCulture)}
            unix_socket_directories = ''
            max_connections = 100
            shared_buffers = 64MB
            synchronous_commit = on
            log_timezone = 'UTC'

            """,
            stop).ConfigureAwait(false);
        await PostgresTools.GiveAsync(path, stop).ConfigureAwait(false);
    }

    private static void Recreate(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.CreateDirectory(folder);
    }

    private string In(string name) => Path.Combine(_folder, name);
}
