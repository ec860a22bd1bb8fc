using Akka.Actor;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Cluster;

/// <summary>A node's address of the coordinator for its workers, whoever coordinates now. What is asked while nobody is known is dropped: workers ask again on the next beat.</summary>
internal sealed class CoordinatorLink : WireActor
{
    private IActorRef _coordinator = ActorRefs.Nobody;

    public CoordinatorLink()
    {
        Receive<Point>(m => _coordinator = m.Coordinator);
        ReceiveAny(m => _coordinator.Forward(m));
    }

    internal static Props Props() => Akka.Actor.Props.Create(() => new CoordinatorLink());

    internal sealed record Point(IActorRef Coordinator) : INoSerializationVerificationNeeded;
}
