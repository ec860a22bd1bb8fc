using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using R2ec.Distributed.Node.Cluster;
using R2ec.Distributed.Node.Commands;
using R2ec.Distributed.Testing;
using YamlDotNet.Core;
using YamlDotNet.Serialization;

namespace R2ec.Distributed.Node.Tests.Cluster;

/// <summary>Whatever the compose files, the Dockerfile and their scripts name exists and is taken by the program.</summary>
public sealed partial class ComposeTests
{
    private const string ConfigInImage = "/etc/r2ec/config/";
    private static readonly string Root = SharedFolder.Repository;
    private static readonly string Dockerfile = File.ReadAllText(Path.Combine(Root, "Dockerfile"));
    private static readonly Dictionary<object, object> Compose = Load("docker-compose.yml");

    public static TheoryData<string> Nodes => [.. Services(Compose).Where(s => Words(s.Value, "command").Contains("node")).Select(s => s.Key)];

    public static TheoryData<string> Everything => [.. Services(Compose).Keys];

    [Fact]
    public void There_is_one_service_for_each_part_of_a_cluster() => Assert.Equal(
        ["coordinator-0", "coordinator-1", "coordinator-2", "gateway", "init", "learner", "learner-standby", "postgres", "reward", "rollout"],
        Services(Compose).Keys.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Nodes))]
    public void A_nodes_command_and_its_configuration_are_taken(string name)
    {
        var service = Services(Compose)[name];
        var command = Words(service, "command");
        Assert.Empty(R2ecProgram.Build().Parse(command).Errors);

        var config = Config(command[^1]);

        Assert.Equal(name.Split('-')[0], Assert.Single(config.Roles));
        Assert.Equal(command[^1], Map(service, "environment")["R2EC_CONFIG"]);
        Assert.Equal(("0.0.0.0", Environment.MachineName), (config.Bulk.Host, config.Bulk.PublicHost));
        Assert.Equal("100s", service["stop_grace_period"]);
        Assert.Equal("on-failure", service["restart"]);               // a drained node ends with 0 and stays away
    }

    [Theory]
    [MemberData(nameof(Nodes))]
    public void Every_file_that_a_configuration_names_comes_from_a_volume_or_from_the_image(string name)
    {
        var service = Services(Compose)[name];
        var config = Config(Words(service, "command")[^1]);
        var places = Volumes(service).Select(v => v.Target).Append("/etc/r2ec/tls").Append("/var/lib/r2ec/node").ToList();

        foreach (var file in new[] { config.Folder, config.Ca, config.Certificate, config.Key, config.DatabaseUrlFile, config.ReadTokenFile, config.WriteTokenFile, config.DataRoot, config.ModelRoot })
        {
            Assert.True(file is null || places.Exists(p => file == p || file.StartsWith(p + "/", StringComparison.Ordinal)), $"{name}: nothing puts {file} there");
        }

        Assert.Contains(Volumes(service), v => v is { Target: "/etc/r2ec/ca", Source: "ca" });
    }

    [Theory]
    [MemberData(nameof(Nodes))]
    public void Coordinators_are_named_by_their_host_names_and_ports(string name)
    {
        var config = Config(Words(Services(Compose)[name], "command")[^1]);

        var hosts = Services(Compose).Where(s => s.Key.StartsWith("coordinator-", StringComparison.Ordinal)).Select(s => (string)s.Value["hostname"]).ToList();
        var coordinator = Config(ConfigInImage + "coordinator.yaml");
        Assert.Equal(hosts.Select(h => $"{h}:{coordinator.Remoting.Port}"), config.Coordinators);
        Assert.Equal(hosts.Select(h => $"{h}:{coordinator.Bulk.Port}"), config.CoordinatorBulk);
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public void Every_volume_is_declared_and_every_folder_it_covers_belongs_to_the_program(string name)
    {
        var service = Services(Compose)[name];
        var declared = Map(Compose, "volumes").Keys;

        Assert.All(Volumes(service), v =>
        {
            Assert.Contains(v.Source, declared);
            Assert.True(name == "postgres" || Dockerfile.Split("mkdir -p ")[1].Split('\n')[0].Split(' ').Contains(v.Target), $"{name}: the image does not make {v.Target}");
        });
        Assert.All(Map(service, "depends_on").Keys, other => Assert.Contains((string)other, Services(Compose).Keys));
        Assert.False(service.TryGetValue("user", out var user) && (string)user == "root");
    }

    [Fact]
    public void Replicas_share_no_name_no_port_and_no_folder()
    {
        var rollout = Services(Compose)["rollout"];

        Assert.DoesNotContain(rollout.Keys, k => (string)k is "hostname" or "container_name" or "ports");
        Assert.DoesNotContain(Volumes(rollout), v => v.Target == "/var/lib/r2ec/node");
    }

    [Fact]
    public void The_API_alone_is_published_and_on_loopback()
    {
        var published = Services(Compose).Where(s => s.Value.ContainsKey("ports")).SelectMany(s => Words(s.Value, "ports").Select(p => (s.Key, Port: p))).ToList();

        var port = Config(ConfigInImage + "gateway.yaml").Api!.Port;
        Assert.Equal([("gateway", $"127.0.0.1:{port}:{port}")], published);
    }

    [Fact]
    public void Images_are_the_programs_own_and_PostgreSQL_15() =>
        Assert.Equal(["postgres:15", "r2ec:local"], Services(Compose).Select(s => (string)s.Value["image"]).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void The_GPU_file_changes_services_that_are_there() =>
        Assert.Subset(Services(Compose).Keys.ToHashSet(), Services(Load("docker-compose.cuda.yml")).Keys.ToHashSet());

    [Fact]
    public void What_the_database_is_told_agrees_with_what_the_init_service_writes()
    {
        var init = File.ReadAllText(Path.Combine(Root, "cluster-config/docker/init.sh"));
        var told = Map(Services(Compose)["postgres"], "environment");

        Assert.Contains($"postgresql://{told["POSTGRES_USER"]}:%s@postgres:5432/{told["POSTGRES_DB"]}", init, StringComparison.Ordinal);
        var secrets = SecretsWritten().Matches(init).Select(m => "/etc/r2ec/secrets/" + m.Groups["name"].Value).ToHashSet();
        var gateway = Config(ConfigInImage + "gateway.yaml");
        Assert.Subset(secrets, new HashSet<string> { (string)told["POSTGRES_PASSWORD_FILE"], gateway.ReadTokenFile!, gateway.WriteTokenFile!, Config(ConfigInImage + "coordinator.yaml").DatabaseUrlFile! });
    }

    [Theory]
    [InlineData("cluster-config/docker/init.sh")]
    [InlineData("cluster-config/docker/entrypoint.sh")]
    public void A_script_may_run_and_its_commands_are_taken(string script)
    {
        var path = Path.Combine(Root, script);
        Assert.True((File.GetUnixFileMode(path) & UnixFileMode.OtherExecute) != 0);
        Assert.Contains(ConfigInImage + script["cluster-config/".Length..], Dockerfile + File.ReadAllText(Path.Combine(Root, "docker-compose.yml")), StringComparison.Ordinal);

        var commands = Commands().Matches(File.ReadAllText(path)).Select(m => m.Groups["words"].Value).Where(w => !w.StartsWith("\"$@\"", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(commands);
        Assert.All(commands, c => Assert.Empty(R2ecProgram.Build().Parse([.. CommandLineParser.SplitCommandLine(c)]).Errors));
    }

    [Fact]
    public void The_Dockerfile_copies_what_is_there_and_sets_what_the_launcher_sets()
    {
        foreach (var copied in Copied().Matches(Dockerfile).SelectMany(m => m.Groups["from"].Value.Split(' ')).Where(w => !w.StartsWith("--", StringComparison.Ordinal) && !w.StartsWith('/')))
        {
            Assert.True(Path.Exists(Path.Combine(Root, copied)), $"the Dockerfile copies {copied}");
        }

        var launcher = File.ReadAllText(Path.Combine(Root, "r2ec"));
        Assert.All((string[])["MKL_CBWR", "OMP_NUM_THREADS", "OMP_WAIT_POLICY", "DOTNET_TieredPGO"], variable =>
        {
            Assert.Contains(variable, launcher, StringComparison.Ordinal);
            Assert.Contains(variable + "=", Dockerfile, StringComparison.Ordinal);
        });
        Assert.Contains("ARG TORCH_BACKEND=cpu", Dockerfile, StringComparison.Ordinal);
        Assert.Contains("\nUSER app\n", Dockerfile, StringComparison.Ordinal);
        Assert.Contains("FROM mcr.microsoft.com/dotnet/aspnet:10.0\n", Dockerfile, StringComparison.Ordinal);
    }

    [Fact]
    public void The_health_check_and_the_usual_command_are_taken()
    {
        var health = Regex.Match(Dockerfile, @"^HEALTHCHECK .* CMD r2ec (?<words>.*)$", RegexOptions.Multiline).Groups["words"].Value;
        var usual = Regex.Match(Dockerfile, @"^CMD \[(?<words>.*)\]$", RegexOptions.Multiline).Groups["words"].Value;

        Assert.Empty(R2ecProgram.Build().Parse([.. CommandLineParser.SplitCommandLine(health)]).Errors);
        Assert.Empty(R2ecProgram.Build().Parse([.. usual.Split(", ").Select(w => w.Trim('"'))]).Errors);
    }

    private static NodeConfig Config(string inImage)
    {
        Assert.StartsWith(ConfigInImage, inImage, StringComparison.Ordinal);
        var file = Path.Combine(Root, "cluster-config", inImage[ConfigInImage.Length..]);
        return NodeConfigFile.Of(inImage, File.ReadAllText(file), _ => null);
    }

    private static Dictionary<object, object> Load(string file) =>
        new DeserializerBuilder().Build().Deserialize<Dictionary<object, object>>(new MergingParser(new Parser(new StringReader(File.ReadAllText(Path.Combine(Root, file))))));

    private static SortedDictionary<string, Dictionary<object, object>> Services(Dictionary<object, object> compose) =>
        new(Map(compose, "services").ToDictionary(s => (string)s.Key, s => (Dictionary<object, object>)s.Value), StringComparer.Ordinal);

    private static Dictionary<object, object> Map(Dictionary<object, object> of, string key) => of.GetValueOrDefault(key) as Dictionary<object, object> ?? [];

    private static string[] Words(Dictionary<object, object> of, string key) => [.. (of.GetValueOrDefault(key) as List<object> ?? []).Select(w => (string)w)];

    private static List<(string Source, string Target)> Volumes(Dictionary<object, object> service) => [.. Words(service, "volumes").Select(v => (v.Split(':')[0], v.Split(':')[1]))];

    [GeneratedRegex("""^[^#\n]*?\br2ec (?<words>.+)$""", RegexOptions.Multiline)]
    private static partial Regex Commands();

    [GeneratedRegex(@"keep ""\$secrets/(?<name>[a-z.]+)""")]
    private static partial Regex SecretsWritten();

    [GeneratedRegex(@"^COPY (?<from>.+) \S+$", RegexOptions.Multiline)]
    private static partial Regex Copied();
}
