using Akka.Actor;

namespace R2ec.Distributed.Orchestration.Cluster;

/// <summary>The coordinator of this node where it is the active one; null on a standby. Written by the coordinator itself, read by the node's door and its API.</summary>
public sealed class ActiveCoordinator
{
    private volatile IActorRef? _ref;

    /// <summary>The actor.</summary>
    public IActorRef? Ref => _ref;

    internal void Enter(IActorRef coordinator) => _ref = coordinator;

    internal void Leave(IActorRef coordinator)
    {
        if (coordinator.Equals(_ref))
        {
            _ref = null;
        }
    }
}
