using Akka.Cluster.Hosting;
using Akka.Hosting;
using Akka.Remote.Hosting;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Learning;
using R2ec.Distributed.Orchestration.Rewards;
using R2ec.Distributed.Orchestration.Rollouts;
using R2ec.Distributed.Orchestration.Threads;
using R2ec.Distributed.Orchestration.Weights;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>Registration of a node's actors, one method per role. Program and tests use the same.</summary>
public static class RunSetup
{
    /// <summary>Name of the actor system.</summary>
    public const string SystemName = "r2ec";

    private const string Settings = """
        akka.cluster.min-nr-of-members = 1
        akka.cluster.leader-actions-interval = 100ms
        akka.cluster.split-brain-resolver.down-all-when-unstable = off
        akka.cluster.failure-detector.acceptable-heartbeat-pause = 15s
        akka.cluster.run-coordinated-shutdown-when-down = on
        """;

    /// <summary>One node that joins itself, on loopback, with the wire that a cluster has.</summary>
    public static AkkaConfigurationBuilder WithSingleNode(this AkkaConfigurationBuilder builder) => builder
        .WithWire()
        .WithRemoting(new RemoteOptions { HostName = "127.0.0.1", Port = 0 })
        .WithClustering(new ClusterOptions { Roles = ["coordinator", "rollout", "reward", "learner"] })
        .AddHocon(AkkaSettings.Common, HoconAddMode.Prepend)
        .AddHocon(Settings, HoconAddMode.Prepend)
        .AddStartup((system, _) =>
        {
            var cluster = Akka.Cluster.Cluster.Get(system);
            cluster.Join(cluster.SelfAddress);
        });

    /// <summary>The one serializer of messages and events, and that of snapshots.</summary>
    public static AkkaConfigurationBuilder WithWire(this AkkaConfigurationBuilder builder) =>
        builder.WithCustomSerializer("r2ec", [typeof(IWireMessage), typeof(IRunEvent)], system => new WireSerializer(system))
            .WithCustomSerializer("r2ec-snapshot", [typeof(RunSnapshot)], system => new SnapshotSerializer(system));

    /// <summary>The coordinator's role: runs and their registry.</summary>
    public static AkkaConfigurationBuilder WithRuns(this AkkaConfigurationBuilder builder, RunServices services) => builder
        .WithActors((system, registry) => registry.Register<RunRegistry>(system.ActorOf(RunRegistry.Props(run => RunActor.Props(run, services)), "runs")));

    /// <summary>The rollout role: one worker per device.</summary>
    public static AkkaConfigurationBuilder WithRollouts(this AkkaConfigurationBuilder builder, RunServices services, IReadOnlyList<IRolloutEngine> engines, IWeightStore weights) => builder
        .WithActors((system, registry) =>
        {
            foreach (var (i, engine) in engines.Index())
            {
                system.ActorOf(RolloutWorker.Props(registry.Get<RunRegistry>(), services.Blobs, services.Work, engine, weights), $"rollout-{i}");
            }
        });

    /// <summary>The reward role.</summary>
    public static AkkaConfigurationBuilder WithRewards(this AkkaConfigurationBuilder builder, RunServices services, RewardTerms terms, WorkThread thread)
    {
        ArgumentNullException.ThrowIfNull(services);
        var rule = new RewardRule(services.Spec.Recpo);
        return builder.WithActors((system, registry) =>
            system.ActorOf(RewardWorker.Props(registry.Get<RunRegistry>(), services.Blobs, services.Work, rule, terms, thread), "reward-0"));
    }

    /// <summary>The learner's role: gradient workers, one per device; the learner itself is appointed by its run.</summary>
    public static AkkaConfigurationBuilder WithLearning(this AkkaConfigurationBuilder builder, RunServices services, IReadOnlyList<IGradientEngine> engines, IWeightStore weights) => builder
        .WithActors((system, registry) =>
        {
            foreach (var (i, engine) in engines.Index())
            {
                system.ActorOf(GradientWorker.Props(registry.Get<RunRegistry>(), services.Blobs, services.Work, engine, weights), $"gradient-{i}");
            }
        });
}
