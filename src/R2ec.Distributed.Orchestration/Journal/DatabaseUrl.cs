using Npgsql;
using R2ec.Distributed.Core;

namespace R2ec.Distributed.Orchestration.Journal;

/// <summary>Where the database of a cluster stands. Its text is the place without the secret, so that it may stand in a message or a log.</summary>
public sealed class DatabaseUrl
{
    private const int DefaultPort = 5432;
    private const string Form = "Its form is postgresql://USER:PASSWORD@HOST:PORT/DATABASE, percent-encoded, with ?sslmode= and &sslrootcert= where they are needed.";

    private readonly NpgsqlConnectionStringBuilder _settings;

    private DatabaseUrl(NpgsqlConnectionStringBuilder settings)
    {
        // The times on which failover counts, whatever the text asks for.
        settings.Timeout = 5;
        settings.CommandTimeout = 5;
        settings.KeepAlive = 10;
        settings.MaxPoolSize = 20;
        settings.ApplicationName = "r2ec";
        _settings = settings;
    }

    /// <summary>How Npgsql connects; holds the secret.</summary>
    public string ConnectionString => _settings.ConnectionString;

    /// <summary>How the journal connects: its commands may take ten seconds, as long as its breaker waits. Holds the secret.</summary>
    public string JournalConnectionString => new NpgsqlConnectionStringBuilder(ConnectionString) { CommandTimeout = 10 }.ConnectionString;

    /// <summary>The place for people: host:port/database.</summary>
    public string Place => $"{_settings.Host}:{_settings.Port}/{_settings.Database}";

    /// <summary>A libpq URI, or a connection string of Npgsql's (<c>Host=...;Username=...</c>).</summary>
    /// <exception cref="InputException">It is neither. The message does not repeat it, since it holds a secret.</exception>
    public static DatabaseUrl Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var trimmed = text.Trim();
        return new DatabaseUrl(trimmed.Contains("://", StringComparison.Ordinal) && !trimmed.StartsWith("Host=", StringComparison.OrdinalIgnoreCase) ? OfUri(trimmed) : OfKeys(trimmed));
    }

    /// <summary>The URI that a file holds.</summary>
    /// <exception cref="InputException">There is no such file, or it holds something else.</exception>
    public static DatabaseUrl Read(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"The database's URI cannot be read from {path}: {fault.Message}", fault);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Place;

    private static NpgsqlConnectionStringBuilder OfUri(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("postgresql" or "postgres"))
        {
            throw Refused("is no URI of PostgreSQL");
        }

        var user = uri.UserInfo.Split(':', 2);
        var database = Uri.UnescapeDataString(uri.AbsolutePath.TrimStart('/'));
        if (uri.Host.Length == 0 || user[0].Length == 0 || user[^1].Contains('@', StringComparison.Ordinal) || uri.Fragment.Length > 0)
        {
            throw Refused("names no host or no user, or has a character in its password that has to be percent-encoded");
        }

        if (database.Contains('/', StringComparison.Ordinal))
        {
            throw Refused("has a path of several parts");
        }

        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = uri.IdnHost,
            Port = uri.Port < 0 ? DefaultPort : uri.Port,
            Username = Uri.UnescapeDataString(user[0]),
            Password = user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null,
            Database = database.Length > 0 ? database : Uri.UnescapeDataString(user[0]),
        };
        foreach (var parameter in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            Set(settings, parameter);
        }

        return settings;
    }

    private static void Set(NpgsqlConnectionStringBuilder settings, string parameter)
    {
        var parts = parameter.Split('=', 2);
        var value = parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "";
        switch (parts[0])
        {
            case "sslmode":
                settings.SslMode = value switch
                {
                    "disable" => SslMode.Disable,
                    "allow" => SslMode.Allow,
                    "prefer" => SslMode.Prefer,
                    "require" => SslMode.Require,
                    "verify-ca" => SslMode.VerifyCA,
                    "verify-full" => SslMode.VerifyFull,
                    _ => throw Refused("has an sslmode that is none of disable, allow, prefer, require, verify-ca, verify-full"),
                };
                break;
            case "sslrootcert":
                settings.RootCertificate = value;
                break;
            default:
                throw Refused("has a parameter that is neither sslmode nor sslrootcert");
        }
    }

    private static NpgsqlConnectionStringBuilder OfKeys(string text)
    {
        NpgsqlConnectionStringBuilder settings;
        try
        {
            settings = new NpgsqlConnectionStringBuilder(text);
        }
        catch (Exception fault) when (fault is ArgumentException or FormatException or InvalidCastException or KeyNotFoundException)
        {
            // The cause would repeat what it could not read.
            throw Refused("is neither a URI nor a connection string");
        }

        return string.IsNullOrEmpty(settings.Host) ? throw Refused("names no host") : settings;
    }

    private static InputException Refused(string why) => new($"The database's address {why}. {Form}");
}
