using System.Globalization;
using System.Runtime.Versioning;
using Npgsql;
using R2ec.Distributed.Core;
using R2ec.Distributed.Node.Cluster;
using R2ec.Distributed.Orchestration.Journal;
using R2ec.Distributed.Testing;

namespace R2ec.Distributed.Node.Tests.Cluster;

[UnsupportedOSPlatform("windows")]
public sealed class PostgresServerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("r2ec-server-").FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_server_is_made_started_stopped_moved_and_started_again_with_what_it_held()
    {
        PostgresForTests.SkipUnlessInstalled();
        LetAllEnter(_folder);
        var server = PostgresServer.Locate(_folder);
        var port = PostgresForTests.FreePort();
        await server.CreateAsync(port, Stop);
        Assert.False(server.IsRunning);
        try
        {
            await server.StartAsync(Stop);
            await server.StartAsync(Stop);
            var url = await File.ReadAllTextAsync(server.UrlFile, Stop);
            var process = server.Process!.Value;

            Assert.Matches($"^postgresql://r2ec:[A-Za-z0-9_-]{{32}}@127.0.0.1:{port}/r2ec\n$", url);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(server.UrlFile));
            Assert.Equal(["data", "database.url", "postgres.log"], Directory.EnumerateFileSystemEntries(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
            Assert.Equal(["127.0.0.1", "", "100", "64MB", "on", "UTF8", "C"], await SettingsAsync(server));
            Assert.Equal(process, Session(process));
            Assert.All([0, 1, 2], i => Assert.Contains(new FileInfo($"/proc/{process}/fd/{i}").LinkTarget, new[] { "/dev/null", server.LogFile }));
            await RefusesWithoutPasswordAsync(server);
            await AskAsync(server, "create table kept()");

            await Assert.ThrowsAsync<InputException>(() => server.CreateAsync(PostgresForTests.FreePort(), Stop));
            await server.StopAsync(Stop);
            await server.StopAsync(Stop);
            Assert.False(server.IsRunning);
            Assert.False(PostgresProcess.Serves(process, Path.Combine(_folder, "data")));

            var other = PostgresForTests.FreePort();
            await server.CreateAsync(other, Stop);
            await PostgresServer.Locate(_folder).StartAsync(Stop);
            Assert.Equal($"127.0.0.1:{other}/r2ec", DatabaseUrl.Read(server.UrlFile).Place);
            Assert.Equal("kept", await AskAsync(server, "select 'kept' from kept union select 'kept'"));
            var password = url.Split(':', '@')[2];
            Assert.DoesNotContain(password, await File.ReadAllTextAsync(server.LogFile, Stop), StringComparison.Ordinal);
        }
        finally
        {
            await server.StopAsync(CancellationToken.None);
        }
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named_by_the_reason_why_it_does_not_start()
    {
        PostgresForTests.SkipUnlessInstalled();
        LetAllEnter(_folder);
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var server = PostgresServer.Locate(_folder);
        await server.CreateAsync(((System.Net.IPEndPoint)taken.LocalEndpoint).Port, Stop);

        var fault = await Assert.ThrowsAsync<InputException>(() => server.StartAsync(Stop));

        Assert.Contains("could not create any TCP/IP sockets", fault.Message, StringComparison.Ordinal);
        Assert.False(server.IsRunning);
    }

    [Fact]
    public async Task A_folder_that_the_server_cannot_enter_is_refused_before_anything_is_made()
    {
        PostgresForTests.SkipUnlessInstalled();
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root runs the server as another user");
        var server = PostgresServer.Locate(Path.Combine(_folder, "inner"));

        var fault = await Assert.ThrowsAsync<InputException>(() => server.CreateAsync(PostgresForTests.FreePort(), Stop));

        Assert.Contains("cannot enter", fault.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_folder, "inner")));
    }

    private static void LetAllEnter(string folder) => File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);

    private static int Session(int process) =>
        int.Parse(File.ReadAllText($"/proc/{process}/stat").Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[3], CultureInfo.InvariantCulture);

    private static async Task<string[]> SettingsAsync(PostgresServer server)
    {
        string[] names = ["listen_addresses", "unix_socket_directories", "max_connections", "shared_buffers", "synchronous_commit", "server_encoding", "lc_collate"];
        var values = new List<string>();
        foreach (var name in names)
        {
            values.Add(await AskAsync(server, $"show {name}"));
        }

        return [.. values];
    }

    private static async Task RefusesWithoutPasswordAsync(PostgresServer server)
    {
        var settings = new NpgsqlConnectionStringBuilder(DatabaseUrl.Read(server.UrlFile).ConnectionString) { Password = "other" };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        var fault = await Assert.ThrowsAsync<PostgresException>(() => connection.OpenAsync(Stop));
        Assert.Equal(PostgresErrorCodes.InvalidPassword, fault.SqlState);
    }

    private static async Task<string> AskAsync(PostgresServer server, string sql)
    {
        await using var source = NpgsqlDataSource.Create(DatabaseUrl.Read(server.UrlFile).ConnectionString);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Stop) as string ?? "";
    }
}
