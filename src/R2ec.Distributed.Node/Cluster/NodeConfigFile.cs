using System.Text;
using System.Text.Json;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Node.Specs;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>A node's configuration on disk.</summary>
internal static class NodeConfigFile
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="Core.InputException">It cannot be read, is no YAML, or has faults; all of them are named at once.</exception>
    public static NodeConfig Read(string path) =>
        Of(path, SpecFile.Text(path, "the configuration cannot be read", "`r2ec node --explain` shows what one holds"), Environment.GetEnvironmentVariable);

    /// <summary>The configuration that a text means, as if it stood in a file of this name.</summary>
    /// <exception cref="Core.InputException">It is no YAML, or has faults; all of them are named at once.</exception>
    public static NodeConfig Of(string path, string text, Func<string, string?> variable)
    {
        var reading = new NodeConfigReading(Path.GetDirectoryName(Path.GetFullPath(path))!, variable);
        var tree = YamlTree.OfFile(path, text);
        reading.Read(tree, "");
        if (reading.Faults.Count == 0)
        {
            Spanning(reading, tree.Place);
        }

        return reading.Faults.Count == 0 ? Config(reading.Values) : throw SpecFault.Refusal(path, [.. reading.Faults.OrderBy(f => f.Place.Line)]);
    }

    /// <summary>Writes a file, by rename.</summary>
    public static void Write(string path, NodeConfig config)
    {
        var text = new StringBuilder("# Made by r2ec; `r2ec node --explain` says what each key means.\n");
        foreach (var key in NodeConfigKeys.All)
        {
            if (Value(config, key.Path) is { } value)
            {
                text.Append(' ', key.Path == key.Key ? 0 : 2).Append(key.Key).Append(':').Append(value.Length > 0 ? " " : "").Append(value).Append('\n');
            }
        }

        WholeFile.Write(path, text.ToString());
    }

    private static void Spanning(NodeConfigReading reading, SpecPlace place)
    {
        var roles = (List<string>)reading.Values["roles"];
        void Needs(string role, params string[] keys)
        {
            foreach (var key in keys.Where(k => roles.Contains(role) && !reading.Values.ContainsKey(k)))
            {
                reading.Faults.Add(new SpecFault(place, key, null, $"it is missing, and the role {role} needs it", "add it, or take the role away"));
            }
        }

        Needs("gateway", "api", "read_token_file", "write_token_file");
        Needs("coordinator", "database_url_file");
        var (remoting, bulk) = (((List<string>)reading.Values["coordinators"]).Count, ((List<string>)reading.Values["coordinator_bulk"]).Count);
        if (remoting != bulk || remoting is not (1 or 3))
        {
            reading.Faults.Add(new SpecFault(place, "coordinators", null, $"there are {remoting} coordinators with {bulk} bulk addresses", "a cluster has 1 or 3 of each, in the same order"));
        }
    }

    private static NodeConfig Config(Dictionary<string, object> values)
    {
        string? Text(string key) => values.GetValueOrDefault(key) as string;
        NodeAddress? Address(string key) => values.ContainsKey(key)
            ? new NodeAddress(Text($"{key}.host") ?? "127.0.0.1", (int)(double)values[$"{key}.port"], Text($"{key}.public_host"))
            : null;
        return new NodeConfig
        {
            Name = Text("name")!,
            Roles = (List<string>)values["roles"],
            Folder = Text("folder")!,
            Remoting = Address("remoting")!,
            Bulk = Address("bulk")!,
            Api = Address("api"),
            Coordinators = (List<string>)values["coordinators"],
            CoordinatorBulk = (List<string>)values["coordinator_bulk"],
            Ca = Text("ca")!,
            Certificate = Text("certificate")!,
            Key = Text("key")!,
            DatabaseUrlFile = Text("database_url_file"),
            ReadTokenFile = Text("read_token_file"),
            WriteTokenFile = Text("write_token_file"),
            DataRoot = Text("data_root"),
            ModelRoot = Text("model_root"),
            Devices = values.TryGetValue("devices", out var devices) ? (List<string>)devices : [NodeDevices.Auto],
            Replicas = values.TryGetValue("replicas", out var replicas) ? (int)(double)replicas : 2,
            KeepGroups = Text("keep_groups") ?? NodeConfig.AllGroups,
            LeaseSeconds = values.TryGetValue("lease_seconds", out var lease) ? (double)lease : 4,
            StragglerFactor = values.TryGetValue("straggler_factor", out var factor) ? (double)factor : 3,
        };
    }

    // The value as the file shows it; empty for a section, null where the key is left out. JSON's texts and lists are YAML's too.
    private static string? Value(NodeConfig config, string path)
    {
        var section = path.Split('.')[0];
        var address = section switch { "remoting" => config.Remoting, "bulk" => config.Bulk, "api" => config.Api, _ => null };
        object? value = path[section.Length..] switch
        {
            ".host" => address?.Host,
            ".port" => address?.Port,
            ".public_host" => address?.PublicHost,
            _ => section switch
            {
                "name" => config.Name,
                "roles" => config.Roles,
                "folder" => config.Folder,
                "remoting" or "bulk" or "api" => address,
                "coordinators" => config.Coordinators,
                "coordinator_bulk" => config.CoordinatorBulk,
                "ca" => config.Ca,
                "certificate" => config.Certificate,
                "key" => config.Key,
                "database_url_file" => config.DatabaseUrlFile,
                "read_token_file" => config.ReadTokenFile,
                "write_token_file" => config.WriteTokenFile,
                "data_root" => config.DataRoot,
                "model_root" => config.ModelRoot,
                "devices" => config.Devices,
                "replicas" => config.Replicas,
                "keep_groups" => config.KeepGroups,
                "lease_seconds" => config.LeaseSeconds,
                "straggler_factor" => config.StragglerFactor,
                _ => throw new InvalidOperationException($"The writer does not know the key {path}."),
            },
        };
        return value is null ? null : value is NodeAddress ? "" : JsonSerializer.Serialize(value, Plain);
    }

    private static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
