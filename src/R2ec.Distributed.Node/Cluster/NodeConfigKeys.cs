namespace R2ec.Distributed.Node.Cluster;

/// <summary>Every key of a node's configuration; the reader, the writer and docs/node-config.md know no others, and a test holds them to <see cref="NodeConfig"/>.</summary>
internal static class NodeConfigKeys
{
    /// <summary>The roles there are.</summary>
    public static readonly string[] Roles = ["coordinator", "rollout", "reward", "learner", "gateway"];

    /// <summary>All keys in the order of the file; the parts of an address follow it.</summary>
    public static IReadOnlyList<NodeConfigKey> All { get; } =
    [
        new("name", NodeConfigKind.Name, "Name of the node, unique in the cluster.") { Required = true },
        new("roles", NodeConfigKind.Texts, "What the node does; several roles may share a node.") { Required = true, Choices = Roles },
        new("folder", NodeConfigKind.Path, "Folder of the node's own files: weights, checkpoints, logs.") { Required = true },
        .. Address("remoting", "Where the actors' connection listens.", required: true),
        .. Address("bulk", "Where the bulk channel and the health endpoints listen; every caller needs a certificate of the cluster's CA.", required: true),
        .. Address("api", "Where the HTTP API listens; gateways need it, others have none.", required: false),
        new("coordinators", NodeConfigKind.Addresses, "Remoting addresses of the coordinators, in the same order on every node.") { Required = true },
        new("coordinator_bulk", NodeConfigKind.Addresses, "Bulk addresses of the coordinators, in the order of `coordinators`.") { Required = true },
        new("ca", NodeConfigKind.Path, "PEM file of the cluster's CA, the only one that is trusted.") { Required = true },
        new("certificate", NodeConfigKind.Path, "PEM file of the node's certificate; it carries every name and address that others dial.") { Required = true },
        new("key", NodeConfigKind.Path, "PEM file of its private key, readable by its owner alone.") { Required = true },
        new("database_url_file", NodeConfigKind.Path, "File that holds the libpq URI of the database; coordinators need it."),
        new("read_token_file", NodeConfigKind.Path, "File that holds the API's token that may read; gateways need it."),
        new("write_token_file", NodeConfigKind.Path, "File that holds the API's token that may read and write; gateways need it."),
        new("data_root", NodeConfigKind.Path, "Folder under which data sets stand by name."),
        new("model_root", NodeConfigKind.Path, "Folder under which checkpoints stand by name."),
        new("devices", NodeConfigKind.Texts, "Devices of the host that the node computes on, one worker for each; auto is the run's own device. Nodes whose devices are of another kind than the run's get no work.", NodeDevices.Auto) { Choices = NodeDevices.Choices },
        new("replicas", NodeConfigKind.Whole, "Nodes that hold each checkpoint, the learner's own among them; as many as there are where there are fewer. Of coordinators.", "2") { Min = 1, Max = 16 },
        new("keep_groups", NodeConfigKind.Text, "Which groups stay in the database: all, or those after the second-newest checkpoint that verified and is held by `replicas` nodes. Of coordinators; without all of them a run cannot be replayed from its beginning.", NodeConfig.AllGroups) { Choices = [NodeConfig.AllGroups, "checkpoints"] },
        new("lease_seconds", NodeConfigKind.Number, "Seconds that a lease holds without a sign of life.", "4") { Min = 2, Max = 3600 },
        new("straggler_factor", NodeConfigKind.Number, "Work that takes longer than this many times its usual duration, and two seconds, is leased a second time to an idle worker; 0 never. Coordinators use it.", "3") { Min = 0, Max = 1000 },
    ];

    /// <summary>The keys that stand directly in a section; of the file itself for the empty path.</summary>
    public static IEnumerable<NodeConfigKey> Within(string section) =>
        All.Where(k => section.Length == 0 ? !k.Path.Contains('.', StringComparison.Ordinal) : k.Path.StartsWith(section + ".", StringComparison.Ordinal));

    private static NodeConfigKey[] Address(string path, string meaning, bool required) =>
    [
        new(path, NodeConfigKind.Address, meaning) { Required = required },
        new($"{path}.host", NodeConfigKind.Text, "Address to bind; 0.0.0.0 for all of a host.", "127.0.0.1"),
        new($"{path}.port", NodeConfigKind.Whole, "Port.") { Required = true, Min = 1, Max = 65535 },
        new($"{path}.public_host", NodeConfigKind.Text, "Name or address that others dial, where it is not the bound one."),
    ];
}
