namespace R2ec.Distributed.Node.Cluster;

/// <summary>A node's configuration: the YAML file of <c>r2ec node --config FILE</c>, snake case, every key documented with default and range.</summary>
internal sealed record NodeConfig
{
    /// <summary>Name of the node, unique in the cluster: letters, digits, '-'.</summary>
    public required string Name { get; init; }

    /// <summary>Roles: coordinator, rollout, reward, learner, gateway.</summary>
    public required IReadOnlyList<string> Roles { get; init; }

    /// <summary>Folder of the node's own files: weights, checkpoints, logs.</summary>
    public required string Folder { get; init; }

    /// <summary>Address of the actors' connection.</summary>
    public required NodeAddress Remoting { get; init; }

    /// <summary>Address of the bulk channel; it asks every caller for a certificate of the cluster's CA.</summary>
    public required NodeAddress Bulk { get; init; }

    /// <summary>Address of the HTTP API; gateways only.</summary>
    public NodeAddress? Api { get; init; }

    /// <summary>Remoting addresses of the coordinators, host:port, in the same order on every node.</summary>
    public required IReadOnlyList<string> Coordinators { get; init; }

    /// <summary>Bulk addresses of the coordinators, host:port, in the order of <see cref="Coordinators"/>: gateways forward to them.</summary>
    public required IReadOnlyList<string> CoordinatorBulk { get; init; }

    /// <summary>PEM file of the cluster's CA: the only trust.</summary>
    public required string Ca { get; init; }

    /// <summary>PEM file of the node's certificate.</summary>
    public required string Certificate { get; init; }

    /// <summary>PEM file of its private key.</summary>
    public required string Key { get; init; }

    /// <summary>File that holds the database's libpq URI; coordinators only.</summary>
    public string? DatabaseUrlFile { get; init; }

    /// <summary>File that holds the token that may read; gateways only.</summary>
    public string? ReadTokenFile { get; init; }

    /// <summary>File that holds the token that may read and write; gateways only.</summary>
    public string? WriteTokenFile { get; init; }

    /// <summary>Folder under which data sets stand by name.</summary>
    public string? DataRoot { get; init; }

    /// <summary>Folder under which checkpoints stand by name.</summary>
    public string? ModelRoot { get; init; }

    /// <summary>Devices of the host that the node computes on: one rollout worker and one gradient worker for each.</summary>
    /// <value>Of auto, cpu, cuda, cuda:0 to cuda:7. Default auto: the run's own device.</value>
    public IReadOnlyList<string> Devices { get; init; } = [NodeDevices.Auto];

    /// <summary>Nodes that hold each checkpoint, the learner's own among them; coordinators see to it.</summary>
    /// <value>Count, 1 to 16. Default 2.</value>
    public int Replicas { get; init; } = 2;

    /// <summary>Which groups stay in the database: all, or those after the second-newest checkpoint that verified and is held by <see cref="Replicas"/> nodes.</summary>
    /// <value>all or checkpoints. Default all.</value>
    public string KeepGroups { get; init; } = AllGroups;

    /// <summary>The value of <see cref="KeepGroups"/> that keeps all.</summary>
    public const string AllGroups = "all";

    /// <summary>How long a lease holds without a sign of life.</summary>
    /// <value>Seconds, 2 to 3600. Default 4.</value>
    public double LeaseSeconds { get; init; } = 4;

    /// <summary>Work that takes longer than this many times its usual duration is leased a second time to a worker that is idle.</summary>
    /// <value>Factor, 0 (never) to 1000. Default 3.</value>
    public double StragglerFactor { get; init; } = 3;
}

/// <summary>Where something listens, and how others dial it.</summary>
/// <param name="Host">Address to bind; loopback by default.</param>
/// <param name="Port">Port.</param>
/// <param name="PublicHost">Name that others dial; null where it is the bound one.</param>
internal sealed record NodeAddress(string Host, int Port, string? PublicHost = null)
{
    /// <summary>host:port as others dial it.</summary>
    public string Dialled => $"{PublicHost ?? Host}:{Port}";
}
