using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Node.Cluster;
using R2ec.Distributed.Node.Tests.Docs;
using R2ec.Distributed.Testing;

namespace R2ec.Distributed.Node.Tests.Cluster;

public sealed class NodeConfigFileTests
{
    private const string Sound =
        """
        name: rollout-0
        roles: [rollout]
        folder: work
        remoting: { port: 4053 }
        bulk: { host: 0.0.0.0, port: 4054, public_host: gpu-1.example.org }
        coordinators: [a:1, b:1, c:1]
        coordinator_bulk: [a:2, b:2, c:2]
        ca: /etc/r2ec/ca.pem
        certificate: ../node.pem
        key: node.key
        """;

    public static TheoryData<string, string, string[]> Broken => new()
    {
        { "rolls: [rollout]", "", ["r2ec.yaml:11: rolls: no such key; did you mean 'roles'?"] },
        { "lease_second: 4", "", ["did you mean 'lease_seconds'?"] },
        { "port: 4", "", ["did you mean 'remoting.port'?"] },
        { "lease_seconds: 1", "", ["r2ec.yaml:11: lease_seconds is 1: out of range; it takes one from 2 to 3600."] },
        { "lease_seconds: soon", "", ["a number is needed here"] },
        { "name: again", "", ["the key stands twice, first at /etc/r2ec/r2ec.yaml:1"] },
        { "data_root: ${NOWHERE}", "", ["the environment variable NOWHERE is not set"] },
        { "api: 8443", "", ["r2ec.yaml:11: api: a value stands here, but a map of keys is needed"] },
        { "", "name: rollout-0", ["name: it is missing; it takes a name (letters, digits, '-'; at most 63)."] },
        { "name: a_b", "name: rollout-0", ["r2ec.yaml:11: name is a_b: not a name"] },
        { "roles: [rolout]", "roles: [rollout]", ["did you mean 'rollout'?"] },
        { "roles: []", "roles: [rollout]", ["the list is empty"] },
        { "roles: [rollout, rollout]", "roles: [rollout]", ["it stands in the list twice"] },
        { "roles: [gateway]", "roles: [rollout]", ["api: it is missing, and the role gateway needs it", "read_token_file: it is missing", "write_token_file: it is missing"] },
        { "roles: [coordinator]", "roles: [rollout]", ["database_url_file: it is missing, and the role coordinator needs it"] },
        { "remoting: { port: 70000 }", "remoting: { port: 4053 }", ["remoting.port is 70000: out of range; it takes one from 1 to 65535."] },
        { "remoting: { prt: 1 }", "remoting: { port: 4053 }", ["remoting.prt: no such key; did you mean 'port'?", "remoting.port: it is missing"] },
        { "devices: [cuda, tpu]", "", ["tpu", "not one of auto, cpu, cuda"] },
        { "replicas: 17", "", ["from 1 to 16"] },
        { "keep_groups: some", "", ["not one of all, checkpoints"] },
        { "coordinators: [a]", "coordinators: [a:1, b:1, c:1]", ["not of the form host:port"] },
        { "coordinators: [a:1]", "coordinators: [a:1, b:1, c:1]", ["there are 1 coordinators with 3 bulk addresses"] },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void Every_fault_is_named_with_its_place_and_its_remedy(string added, string without, string[] said)
    {
        var text = (without.Length > 0 ? Sound.Replace(without + "\n", "", StringComparison.Ordinal).Replace(without, "", StringComparison.Ordinal) : Sound) + "\n" + added + "\n";
        text = without.Length > 0 && added.Length > 0 ? "\n" + text : text;        // the added line is the eleventh either way

        var fault = Assert.Throws<InputException>(() => Read(text));

        Assert.All(said, s => Assert.Contains(s, fault.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void All_faults_come_at_once()
    {
        var fault = Assert.Throws<InputException>(() => Read("name: 'x y'\nroles: [king]\nlease_seconds: -1\nnonsense: 1\n"));

        Assert.Contains("has 12 faults", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Paths_begin_at_the_folder_of_the_file()
    {
        var config = Read(Sound);

        Assert.Equal(("/etc/r2ec/work", "/etc/r2ec/ca.pem", "/etc/node.pem", "/etc/r2ec/node.key"), (config.Folder, config.Ca, config.Certificate, config.Key));
    }

    [Fact]
    public void What_the_file_leaves_out_has_its_default()
    {
        var config = Read(Sound);

        Assert.Equal(("127.0.0.1:4053", "gpu-1.example.org:4054", "0.0.0.0", 4.0), (config.Remoting.Dialled, config.Bulk.Dialled, config.Bulk.Host, config.LeaseSeconds));
        Assert.Equal(("auto", 2, "all"), (Assert.Single(config.Devices), config.Replicas, config.KeepGroups));
        Assert.Null(config.Api);
        Assert.Null(config.DatabaseUrlFile);
    }

    [Fact]
    public void A_variable_stands_for_its_value() =>
        Assert.Equal("rollout-7af3", NodeConfigFile.Of("/etc/r2ec/r2ec.yaml", Sound.Replace("rollout-0", "rollout-${PLACE}", StringComparison.Ordinal), name => name == "PLACE" ? "7af3" : null).Name);

    [Fact]
    public void The_host_name_is_known_although_no_variable_holds_it() =>
        Assert.Equal(Environment.MachineName, Read(Sound.Replace("0.0.0.0", "\"${HOSTNAME}\"", StringComparison.Ordinal)).Bulk.Host);

    [Fact]
    public void What_is_written_is_read_again()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("r2ec-config-").FullName, "node.yaml");
        var config = Read(Sound) with
        {
            Name = "all-0",
            Roles = ["coordinator", "gateway"],
            Api = new NodeAddress("127.0.0.1", 8443, "api.example.org"),
            DatabaseUrlFile = "/a \"b\"/database.url",
            ReadTokenFile = "/r",
            WriteTokenFile = "/w",
            DataRoot = "/data: #1",
            ModelRoot = "/models",
            LeaseSeconds = 2.5,
            Devices = ["cuda:0", "cuda:3"],
            Replicas = 3,
            KeepGroups = "checkpoints",
            StragglerFactor = 4.5,
        };

        NodeConfigFile.Write(file, config);
        var read = NodeConfigFile.Read(file);

        Assert.Equal(Lists(config), Lists(read));
        Assert.Equal(config with { Roles = [], Coordinators = [], CoordinatorBulk = [], Devices = [] }, read with { Roles = [], Coordinators = [], CoordinatorBulk = [], Devices = [] });
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    [Fact]
    public void Every_property_has_its_key_and_every_key_its_property() => Assert.Equal(
        typeof(NodeConfig).GetProperties().Where(p => p.Name != "EqualityContract").Select(p => SpecCatalogue.SnakeCase(p.Name)).Order(StringComparer.Ordinal),
        NodeConfigKeys.Within("").Select(k => k.Key).Order(StringComparer.Ordinal));

    [Fact]
    public void The_page_is_what_the_program_prints() => Assert.Equal(NodeConfigPage.Text(), Page.Of("docs/node-config.md").Text);

    [Fact]
    public void Every_shipped_configuration_is_accepted() => Assert.All(
        Directory.EnumerateFiles(Path.Combine(SharedFolder.Repository, "cluster-config"), "*.yaml").Concat(Directory.EnumerateFiles(Path.Combine(SharedFolder.Repository, "cluster-config", "single-host"), "*.yaml")),
        file => Assert.Contains(Path.GetFileNameWithoutExtension(file).Split('-')[0], NodeConfigFile.Read(file).Roles));

    private static IEnumerable<string> Lists(NodeConfig config) => [.. config.Roles, .. config.Coordinators, .. config.CoordinatorBulk, .. config.Devices];

    private static NodeConfig Read(string text) => NodeConfigFile.Of("/etc/r2ec/r2ec.yaml", text, _ => null);
}
