using System.Diagnostics;
using System.Globalization;
using R2ec.Distributed.Core;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>The programs of an installed PostgreSQL. It refuses to run as root: where we are root they run as its package's user, <c>postgres</c>.</summary>
internal sealed class PostgresTools
{
    private const string Packages = "/usr/lib/postgresql";
    private const string User = "postgres";
    private readonly string _bin;

    private PostgresTools(string bin) => _bin = bin;

    /// <summary>The newest that is installed.</summary>
    /// <param name="version">The major version that made the data; null where there is none yet.</param>
    /// <exception cref="InputException">None is installed, or not the one that made the data.</exception>
    internal static PostgresTools Locate(string? version)
    {
        var bins = Installed().Concat(OnPath()).Where(bin => File.Exists(Path.Combine(bin, "initdb")) && File.Exists(Path.Combine(bin, "postgres")));
        var bin = version is null ? bins.FirstOrDefault() : bins.FirstOrDefault(b => b == Path.Combine(Packages, version, "bin")) ?? OnPath().FirstOrDefault();
        return bin is not null
            ? new PostgresTools(bin)
            : throw new InputException(version is null
                ? $"PostgreSQL is not installed: there is no {Packages}/*/bin and no 'postgres' on PATH. Install it, on Debian and Ubuntu by 'apt-get install postgresql', or name a server that you have in database_url_file."
                : $"PostgreSQL {version} is not installed, and the data was made by it. Install it, on Debian and Ubuntu by 'apt-get install postgresql-{version}'.");
    }

    /// <summary>Whether the user that the server runs as can enter a folder.</summary>
    internal static async Task<bool> CanEnterAsync(string folder, CancellationToken stop) => (await StartAsync("test", ["-x", folder], "", stop).ConfigureAwait(false)).Code == 0;

    /// <summary>Gives a file or a folder to the user that the server runs as.</summary>
    internal static async Task GiveAsync(string path, CancellationToken stop)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return;
        }

        var (code, said) = await StartAsync("chown", [$"{User}:", path], "", stop, asUser: false).ConfigureAwait(false);
        if (code != 0)
        {
            throw new InputException($"{path} cannot be given to the user '{User}' ({said}). PostgreSQL's package makes that user; install it, or start as another user than root.");
        }
    }

    /// <summary>Runs a program to its end.</summary>
    /// <param name="tool">Its name.</param>
    /// <param name="arguments">Its arguments; never a secret, since every process can read them.</param>
    /// <param name="input">What it is given on standard input.</param>
    /// <param name="stop">Ends it.</param>
    /// <returns>Its exit code and what it said.</returns>
    internal Task<(int Code, string Said)> RunAsync(string tool, IReadOnlyList<string> arguments, string input, CancellationToken stop) => StartAsync(Path.Combine(_bin, tool), arguments, input, stop);

    private static IEnumerable<string> Installed() => Directory.Exists(Packages)
        ? Directory.EnumerateDirectories(Packages)
            .OrderByDescending(folder => double.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var version) ? version : 0)
            .Select(folder => Path.Combine(folder, "bin"))
        : [];

    private static IEnumerable<string> OnPath() => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, "postgres"))
        .Where(File.Exists)
        .Select(file => Path.GetDirectoryName(File.ResolveLinkTarget(file, returnFinalTarget: true)?.FullName ?? file)!);

    private static async Task<(int Code, string Said)> StartAsync(string program, IReadOnlyList<string> arguments, string input, CancellationToken stop, bool asUser = true)
    {
        string[] command = asUser && Environment.IsPrivilegedProcess ? ["setpriv", $"--reuid={User}", $"--regid={User}", "--init-groups", "--", program, .. arguments] : [program, .. arguments];
        // Its folder is one that every user may enter, its environment has none of the PG* variables that a person may have set.
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        var path = start.Environment["PATH"];
        start.Environment.Clear();
        start.Environment["PATH"] = path;
        start.Environment["LC_ALL"] = "C";
        using var process = Process.Start(start)!;
        try
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), stop).ConfigureAwait(false);
            process.StandardInput.Close();
            var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(stop), process.StandardError.ReadToEndAsync(stop)).ConfigureAwait(false);
            await process.WaitForExitAsync(stop).ConfigureAwait(false);
            return (process.ExitCode, string.Concat(said).Trim());
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
