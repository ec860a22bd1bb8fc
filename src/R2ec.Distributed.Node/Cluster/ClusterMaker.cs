using System.Globalization;
using R2ec.Distributed.Core;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>Makes the folder of a local cluster: CA, tokens, database, a folder with certificate and configuration for each node.</summary>
internal sealed class ClusterMaker(ClusterFolder folder, IClusterParts parts)
{
    private const string Loopback = "127.0.0.1";
    private const UnixFileMode Open = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>What the cluster of a folder was made as.</summary>
    /// <exception cref="InputException">None was made there.</exception>
    public static ClusterLayout LayoutOf(ClusterFolder folder) => ClusterJson.Read<ClusterLayout>(folder.Layout)
        ?? throw new InputException($"No cluster was made in {folder.Path}. Make one with `r2ec cluster up --dir {folder.Path}`.");

    /// <summary>Makes all of it, once; what an earlier attempt left over is thrown away.</summary>
    public async Task MakeAsync(ClusterUpRequest request, CancellationToken stop)
    {
        Begin();
        parts.CreateCa(folder.CaFolder);
        parts.WriteToken(folder.ReadToken);
        parts.WriteToken(folder.WriteToken);
        var names = Names(request).ToList();
        var ports = new Queue<int>(LoopbackPorts.Choose((names.Count * 2) + 2, folder, new HashSet<int>()));
        var url = request.DatabaseFile is null ? Path.Combine(folder.Postgres, "database.url") : Path.GetFullPath(request.DatabaseFile);
        var layout = new ClusterLayout(request.Coordinators, url, request.DatabaseFile is null, request.Namespaces ? NodeNetwork.PrefixFor(folder) : null);
        var network = NodeNetwork.Of(layout);
        network?.Ensure();
        if (request.DatabaseFile is null)
        {
            await parts.Database(folder.Postgres).CreateAsync(ports.Dequeue(), network, stop);
        }

        var addresses = names.Select((n, at) => (n.Name, Host: network?.Address(at) ?? Loopback)).ToDictionary(n => n.Name, n => (Remoting: new NodeAddress(n.Host, ports.Dequeue()), Bulk: new NodeAddress(n.Host, ports.Dequeue())));
        var coordinators = names.Where(n => n.Role == "coordinator").Select(n => addresses[n.Name]).ToList();
        foreach (var (name, role) in names)
        {
            var api = role == "gateway" ? new NodeAddress(addresses[name].Remoting.Host, ports.Dequeue()) : null;
            Node(layout, name, role, addresses[name], api, [.. coordinators.Select(c => c.Remoting.Dialled)], [.. coordinators.Select(c => c.Bulk.Dialled)]);
        }

        ClusterJson.Write(folder.Layout, layout);
        File.Delete(folder.Making);
    }

    /// <summary>Adds a node of a role under the next free name; the supervisor finds it.</summary>
    public NodeFolder Add(string role)
    {
        var layout = LayoutOf(folder);
        var others = folder.AllNodes().Select(n => NodeConfigFile.Read(n.Config)).ToList();
        var taken = others.SelectMany(o => new[] { o.Remoting.Port, o.Bulk.Port, o.Api?.Port ?? 0 }).ToHashSet();
        var ports = LoopbackPorts.Choose(2, folder, taken);
        var number = others.Select(o => o.Name).Where(n => n.StartsWith(role + "-", StringComparison.Ordinal))
            .Select(n => int.Parse(n[(role.Length + 1)..], CultureInfo.InvariantCulture)).DefaultIfEmpty(-1).Max() + 1;
        var host = NodeNetwork.Of(layout)?.Address(others.Count) ?? Loopback;
        return Node(layout, $"{role}-{number}", role, (new NodeAddress(host, ports[0]), new NodeAddress(host, ports[1])), null, others[0].Coordinators, others[0].CoordinatorBulk);
    }

    private static IEnumerable<(string Name, string Role)> Names(ClusterUpRequest request) =>
        new[] { ("coordinator", request.Coordinators), ("rollout", request.Rollout), ("reward", request.Reward), ("learner", request.Learner), ("gateway", 1) }
            .SelectMany(role => Enumerable.Range(0, role.Item2).Select(n => ($"{role.Item1}-{n}", role.Item1)));

    private void Begin()
    {
        var leftOver = File.Exists(folder.Making);
        if (!leftOver && Directory.Exists(folder.Path) && Directory.EnumerateFileSystemEntries(folder.Path).Any(e => e != folder.SupervisorLock))
        {
            throw new InputException($"{folder.Path} holds other files. Name a folder with --dir that is empty or is to be made.");
        }

        Directory.CreateDirectory(folder.Path);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder.Path, Open);      // the database's own user has to come through
        }

        File.WriteAllText(folder.Making, "");
        foreach (var part in new[] { folder.CaFolder, folder.Nodes, folder.Postgres }.Where(Directory.Exists))
        {
            Directory.Delete(part, recursive: true);
        }

        File.Delete(folder.ReadToken);
        File.Delete(folder.WriteToken);
        foreach (var made in new[] { folder.Nodes, folder.Data, folder.Models })
        {
            Directory.CreateDirectory(made);
        }
    }

    // The folder appears by rename, whole: the supervisor starts what it finds.
    private NodeFolder Node(
        ClusterLayout layout, string name, string role, (NodeAddress Remoting, NodeAddress Bulk) addresses, NodeAddress? api, IReadOnlyList<string> coordinators, IReadOnlyList<string> bulk)
    {
        var (place, making) = (folder.Node(name), folder.Node($".{name}.new"));
        Directory.CreateDirectory(making.Path);
        parts.IssueCertificate(folder.CaFolder, name, [addresses.Remoting.Host, "localhost"], making.Path);
        Directory.CreateDirectory(making.Home);
        NodeConfigFile.Write(making.Config, new NodeConfig
        {
            Name = name,
            Roles = [role],
            Folder = place.Home,
            Remoting = addresses.Remoting,
            Bulk = addresses.Bulk,
            Api = api,
            Coordinators = coordinators,
            CoordinatorBulk = bulk,
            Ca = folder.Ca,
            Certificate = place.Certificate,
            Key = place.Key,
            DatabaseUrlFile = role == "coordinator" ? layout.DatabaseUrlFile : null,
            ReadTokenFile = role == "gateway" ? folder.ReadToken : null,
            WriteTokenFile = role == "gateway" ? folder.WriteToken : null,
            DataRoot = folder.Data,
            ModelRoot = folder.Models,
        });
        Directory.Move(making.Path, place.Path);
        return place;
    }
}
