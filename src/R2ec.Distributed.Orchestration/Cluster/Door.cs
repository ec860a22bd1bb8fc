using Akka.Actor;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Cluster;

/// <summary>The one actor of a coordinator node that strangers to it know by its path: it hands beats to the coordinator where that is active, and is silent where it is not.</summary>
public sealed class Door : WireActor
{
    /// <summary>Its name.</summary>
    public const string Name = "door";

    /// <summary>A node's door.</summary>
    public Door(ActiveCoordinator active) => Receive<ClusterProtocol.NodeBeat>(beat => active.Ref?.Forward(beat));

    /// <summary>How it is made.</summary>
    public static Props Props(ActiveCoordinator active) => Akka.Actor.Props.Create(() => new Door(active));
}
