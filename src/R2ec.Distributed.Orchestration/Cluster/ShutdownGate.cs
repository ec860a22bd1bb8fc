using Akka;
using Akka.Actor;
using AkkaCluster = Akka.Cluster.Cluster;

namespace R2ec.Distributed.Orchestration.Cluster;

/// <summary>
/// Keeps a node alive when a connection that it dials breaks in its TLS handshake. Akka.Remote begins the whole coordinated shutdown then, so that a node that dies at the
/// wrong moment would take those with it that dial it. The first phase of such a shutdown waits here until the node is really to end; any other reason passes at once.
/// </summary>
internal sealed class ShutdownGate
{
    /// <summary>The first phase may wait for as long as a node lives.</summary>
    internal const string Settings = "akka.coordinated-shutdown.phases.before-service-unbind.timeout = 30d";

    private const string BrokenHandshake = "TlsHandshakeFailureReason";

    private readonly TaskCompletionSource<Done> _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The node ends: a shutdown that waits goes on.</summary>
    internal void Open() => _open.TrySetResult(Done.Instance);

    /// <summary>Guards a system; a member that the others removed ends in any case.</summary>
    internal void Guard(ActorSystem system)
    {
        var shutdown = CoordinatedShutdown.Get(system);
        shutdown.AddTask(CoordinatedShutdown.PhaseBeforeServiceUnbind, "gate", () => shutdown.ShutdownReason?.GetType().Name == BrokenHandshake ? _open.Task : Task.FromResult(Done.Instance));
        if (system.HasExtension<AkkaCluster>())
        {
            AkkaCluster.Get(system).RegisterOnMemberRemoved(Open);
        }
    }
}
