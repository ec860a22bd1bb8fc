using Akka.Actor;
using AkkaCluster = Akka.Cluster.Cluster;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using R2ec.Distributed.Orchestration.Runs;

namespace R2ec.Distributed.Orchestration.Cluster;

/// <summary>A node's actor system: its agent, and on coordinators the cluster of coordinators with the journal. Disposal leaves the cluster in order.</summary>
public sealed class ClusterNode : IAsyncDisposable
{
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(60);

    private readonly IHost _host;
    private readonly ActorSystem _system;
    private readonly IActorRef _agent;
    private readonly NodeProgress _progress;
    private readonly ShutdownGate _gate;

    private ClusterNode(IHost host, ActorSystem system, IActorRef agent, NodeProgress progress, ShutdownGate gate) => (_host, _system, _agent, _progress, _gate) = (host, system, agent, progress, gate);

    /// <summary>Complete when the actor system has ended, which it does by itself where its node was downed.</summary>
    public Task Ended => _system.WhenTerminated;

    /// <summary>What the agent tells.</summary>
    public NodeProgress Progress => _progress;

    /// <summary>Starts a node.</summary>
    /// <param name="remoting">How its actors are reached.</param>
    /// <param name="node">What its agent and workers use.</param>
    /// <param name="coordinator">What its coordinator uses; null on other nodes.</param>
    /// <param name="journal">Adds the journal; null on other nodes.</param>
    /// <param name="logs">Where logs go.</param>
    /// <param name="stop">Ends the start.</param>
    public static async Task<ClusterNode> StartAsync(
        RemotingOptions remoting, NodeServices node, CoordinatorServices? coordinator, Action<AkkaConfigurationBuilder>? journal, ILoggerFactory logs, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(remoting);
        ArgumentNullException.ThrowIfNull(node);
        var gate = new ShutdownGate();
        var host = AkkaHost.Build(logs, StopTime, builder =>
        {
            builder.WithNodeRemoting(remoting);
            if (coordinator is not null)
            {
                builder.WithCoordinator(node.Coordinators, remoting.Certificate is not null, coordinator);
                journal?.Invoke(builder);
            }

            builder.WithAgent(node).AddHocon(ShutdownGate.Settings, HoconAddMode.Prepend).AddStartup((system, _) => gate.Guard(system));
        });
        try
        {
            await host.StartAsync(stop).ConfigureAwait(false);
            var agent = await host.Services.GetRequiredService<IRequiredActor<NodeAgent>>().GetAsync(stop).ConfigureAwait(false);
            return new ClusterNode(host, host.Services.GetRequiredService<ActorSystem>(), agent, node.Progress, gate);
        }
        catch
        {
            host.Dispose();
            throw;
        }
    }

    /// <summary>Whether this coordinator is a member of the cluster of coordinators that votes.</summary>
    public bool IsMember() => _system.HasExtension<AkkaCluster>() && AkkaCluster.Get(_system).SelfMember.Status == Akka.Cluster.MemberStatus.Up;

    /// <summary>Hands back what the node's workers have and takes no more; complete when a coordinator has heard it, or after a few seconds.</summary>
    public Task DrainAsync()
    {
        _agent.Tell(new NodeAgent.DrainNow());
        return _progress.Drained;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _gate.Open();
        using var limit = new CancellationTokenSource(StopTime);
        await _host.StopAsync(limit.Token).ConfigureAwait(false);
        _host.Dispose();
    }
}
