using System.CommandLine;
using System.Globalization;
using R2ec.Distributed.Core;

namespace R2ec.Distributed.Node.Client;

/// <summary>The options by which a command names a cluster, or the environment where it does not. Made anew for each command.</summary>
internal sealed class ClusterOptions
{
    private readonly Option<string?> _cluster = new("--cluster") { Description = "Folder of a local cluster (`r2ec cluster up --dir DIR`); else R2EC_CLUSTER.", HelpName = "DIR" };
    private readonly Option<string?> _api = new("--api") { Description = "Address of a cluster's API; else R2EC_API.", HelpName = "URL" };
    private readonly Option<string?> _token = new("--token-file") { Description = "File with the API's token; else R2EC_TOKEN_FILE.", HelpName = "FILE" };
    private readonly Option<string?> _ca = new("--ca") { Description = "PEM file of the cluster's CA, the only trust; else R2EC_CA.", HelpName = "FILE" };
    private readonly Option<double> _wait = new("--wait")
    {
        Description = "Seconds to look for a cluster that does not answer.", HelpName = "SECONDS", DefaultValueFactory = _ => ClusterClient.UsualPatience.TotalSeconds,
    };

    /// <summary>All of them, in the order of the help.</summary>
    public Symbol[] All => [_cluster, _api, _token, _ca, _wait];

    /// <summary>A client of the cluster that is named.</summary>
    /// <exception cref="InputException">None is.</exception>
    public ClusterClient Client(ParseResult parsed) => Find(parsed, environment: true)
        ?? throw new InputException("No cluster is named. Give --cluster DIR for one that `r2ec cluster up` started, or --api URL with --token-file and --ca; R2EC_CLUSTER, R2EC_API, R2EC_TOKEN_FILE and R2EC_CA do the same.");

    /// <summary>A client of the cluster that is named; null where none is.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="environment">Whether the environment may name it.</param>
    public ClusterClient? Find(ParseResult parsed, bool environment)
    {
        var wait = parsed.GetValue(_wait);
        if (wait is not (>= 0 and <= 86400))
        {
            throw new InputException($"--wait {wait.ToString(CultureInfo.InvariantCulture)}: the seconds to wait are 0 to 86400.");
        }

        return Access(parsed, environment) is { } access ? new ClusterClient(access, TimeSpan.FromSeconds(wait), TimeProvider.System) : null;
    }

    /// <summary>Folder of the local cluster that is named; null where it is named otherwise.</summary>
    public string? Folder(ParseResult parsed) => parsed.GetValue(_cluster) ?? (parsed.GetValue(_api) is null ? Environed("R2EC_CLUSTER") : null);

    private ClusterAccess? Access(ParseResult parsed, bool environment)
    {
        var (token, ca) = (parsed.GetValue(_token) ?? Environed("R2EC_TOKEN_FILE"), parsed.GetValue(_ca) ?? Environed("R2EC_CA"));
        return (parsed.GetValue(_cluster), parsed.GetValue(_api)) switch
        {
            ({ } folder, null) => ClusterAccess.OfFolder(folder, named: true),
            (null, { } api) => ClusterAccess.OfAddress(api, token, ca, named: true),
            (not null, not null) => throw new InputException("--cluster and --api name two clusters: give one of them."),
            _ when environment && Environed("R2EC_CLUSTER") is { } folder => ClusterAccess.OfFolder(folder, named: false),
            _ when environment && Environed("R2EC_API") is { } api => ClusterAccess.OfAddress(api, token, ca, named: false),
            _ => null,
        };
    }

    private static string? Environed(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
