using System.Security.Cryptography.X509Certificates;
using Akka.Actor;
using Akka.Cluster.Hosting;
using Akka.Cluster.Hosting.SBR;
using Akka.Hosting;
using Akka.Remote.Hosting;
using R2ec.Distributed.Orchestration.Runs;

namespace R2ec.Distributed.Orchestration.Cluster;

/// <summary>
/// A cluster's actor systems. Only coordinators are members: they alone vote and are voted on, so no compute node, however it flaps, can take one of them
/// down. All other nodes speak to the coordinators' doors over plain remoting.
/// </summary>
public static class ClusterSetup
{
    private const string Remoting = """
        akka.coordinated-shutdown.phases.cluster-exiting.timeout = 20s
        akka.remote.retry-gate-closed-for = 1s
        akka.remote.use-passive-connections = on
        """;

    private const string Members = """
        akka.cluster.shutdown-after-unsuccessful-join-seed-nodes = off
        akka.cluster.seed-node-timeout = 3s
        akka.cluster.retry-unsuccessful-join-after = 3s
        akka.cluster.leader-actions-interval = 500ms
        akka.cluster.split-brain-resolver.stable-after = 6s
        akka.cluster.split-brain-resolver.down-all-when-unstable = off
        akka.cluster.down-removal-margin = 1s
        akka.cluster.failure-detector.acceptable-heartbeat-pause = 5s
        akka.cluster.run-coordinated-shutdown-when-down = on
        """;

    /// <summary>The wire of a node, closed to strangers where it has a certificate.</summary>
    public static AkkaConfigurationBuilder WithNodeRemoting(this AkkaConfigurationBuilder builder, RemotingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var remote = new RemoteOptions { HostName = options.Host, Port = options.Port, PublicHostName = options.PublicHost ?? options.Host, PublicPort = options.Port };
        if (options.Certificate is { } certificate)
        {
            remote.EnableSsl = true;
            remote.Ssl = new SslOptions
            {
                X509Certificate = certificate,
                RequireMutualAuthentication = true,
                ValidateCertificateHostname = false,
                SuppressValidation = false,
                CustomValidator = (peer, _, _, _, _) => peer is not null && options.Trusts(peer),
            };
        }

        return builder.WithWire().WithRemoting(remote).AddHocon(AkkaSettings.Common, HoconAddMode.Prepend).AddHocon(Remoting, HoconAddMode.Prepend);
    }

    /// <summary>A coordinator: member of the cluster of coordinators, host of the one that is active.</summary>
    public static AkkaConfigurationBuilder WithCoordinator(this AkkaConfigurationBuilder builder, IReadOnlyList<string> coordinators, bool secure, CoordinatorServices services)
    {
        ArgumentNullException.ThrowIfNull(coordinators);
        ArgumentNullException.ThrowIfNull(services);
        var quorum = (coordinators.Count / 2) + 1;
        var protocol = secure ? "akka.ssl.tcp" : "akka.tcp";
        return builder
            .WithClustering(new ClusterOptions
            {
                Roles = ["coordinator"],
                SeedNodes = [.. coordinators.Select(place => $"{protocol}://{RunSetup.SystemName}@{place}")],
                SplitBrainResolver = new StaticQuorumOption { QuorumSize = quorum, Role = "coordinator" },
            })
            .AddHocon($"{Members}\nakka.cluster.role.coordinator.min-nr-of-members = {quorum}", HoconAddMode.Prepend)
            .WithSingleton<Coordinator>("coordinator", (_, _, _) => Coordinator.Props(services), new ClusterSingletonOptions { Role = "coordinator" }, createProxyToo: false)
            .WithActors((system, _) =>
            {
                system.ActorOf(Door.Props(services.Active), Door.Name);
                system.ActorOf(QuarantineWatch.Props(services.ShutOut), "quarantine");
            });
    }

    /// <summary>A node's agent, which keeps its workers.</summary>
    public static AkkaConfigurationBuilder WithAgent(this AkkaConfigurationBuilder builder, NodeServices services)
    {
        ArgumentNullException.ThrowIfNull(services);
        return builder.WithActors((system, registry) =>
            registry.Register<NodeAgent>(system.ActorOf(NodeAgent.Props(services), NodeAgent.NameOf(services.Name, services.Incarnation))));
    }
}

/// <summary>How a node's actors are reached.</summary>
/// <param name="Host">Address to bind.</param>
/// <param name="Port">Port; 0 takes any.</param>
/// <param name="PublicHost">Name that others dial; null where it is the bound one.</param>
/// <param name="Certificate">With its key; null leaves the wire open, for tests on loopback.</param>
/// <param name="Trusts">Whether a peer's certificate is one of the cluster's.</param>
public sealed record RemotingOptions(string Host, int Port, string? PublicHost, X509Certificate2? Certificate, Func<X509Certificate2, bool> Trusts);
