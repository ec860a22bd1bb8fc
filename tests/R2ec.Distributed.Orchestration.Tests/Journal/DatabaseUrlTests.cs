using Npgsql;
using R2ec.Distributed.Core;
using R2ec.Distributed.Orchestration.Journal;

namespace R2ec.Distributed.Orchestration.Tests.Journal;

public sealed class DatabaseUrlTests
{
    [Fact]
    public void A_URI_is_read_with_what_it_encodes()
    {
        var url = DatabaseUrl.Parse(" postgresql://r2%40ec:p%3Aa%2Fs%25s%3D;x@db.example:6543/run%20s?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem\n");
        var settings = new NpgsqlConnectionStringBuilder(url.ConnectionString);

        Assert.Equal(("db.example", 6543, "r2@ec", "p:a/s%s=;x", "run s"), (settings.Host, settings.Port, settings.Username, settings.Password, settings.Database));
        Assert.Equal((SslMode.VerifyFull, "/etc/ca.pem"), (settings.SslMode, settings.RootCertificate));
        Assert.Equal((5, 5, 10, "r2ec"), (settings.Timeout, settings.CommandTimeout, settings.KeepAlive, settings.ApplicationName));
        Assert.Equal(10, new NpgsqlConnectionStringBuilder(url.JournalConnectionString).CommandTimeout);
        Assert.Equal("db.example:6543/run s", url.ToString());
    }

    [Theory]
    [InlineData("postgres://r2ec:secret@127.0.0.1/r2ec", "127.0.0.1:5432/r2ec")]
    [InlineData("postgresql://r2ec@[::1]:5433", "::1:5433/r2ec")]
    [InlineData("Host=db;Username=r2ec;Password=a://b;Database=runs", "db:5432/runs")]
    public void The_port_and_the_database_have_defaults_and_a_connection_string_is_taken_too(string text, string place) => Assert.Equal(place, DatabaseUrl.Parse(text).Place);

    [Theory]
    [InlineData("")]
    [InlineData("hush")]
    [InlineData("mysql://r2ec:hush@127.0.0.1/r2ec")]
    [InlineData("postgresql://127.0.0.1/hush")]
    [InlineData("postgresql://r2ec:hu#sh@127.0.0.1/r2ec")]
    [InlineData("postgresql://r2ec:hush@127.0.0.1:port/r2ec")]
    [InlineData("postgresql://r2ec:hush@a,b/r2ec")]
    [InlineData("postgresql://r2ec:hush@127.0.0.1/r2ec/hush")]
    [InlineData("postgresql://r2ec:hush@127.0.0.1/r2ec?sslmode=hush")]
    [InlineData("postgresql://r2ec:hush@127.0.0.1/r2ec?options=hush")]
    [InlineData("Host=db;Hush=hush")]
    [InlineData("Host=db;Port=hush")]
    [InlineData("Username=r2ec;Password=hush")]
    public void Anything_else_is_refused_without_the_secret(string text)
    {
        var fault = Assert.Throws<InputException>(() => DatabaseUrl.Parse(text));

        Assert.DoesNotContain("hush", fault.ToString(), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("postgresql://USER:PASSWORD@HOST:PORT/DATABASE", fault.Message, StringComparison.Ordinal);
    }
}
