using Akka.Actor;
using Akka.Event;
using Akka.Remote;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Cluster;

/// <summary>Tells when the others have shut this system out: nothing mends that but a new process, and nothing in the cluster module acts on it.</summary>
internal sealed class QuarantineWatch : WireActor
{
    public QuarantineWatch(Action shutOut) => Receive<ThisActorSystemQuarantinedEvent>(told =>
    {
        Context.GetLogger().Error("Shut out by {Remote}", told.RemoteAddress);
        shutOut();
    });

    internal static Props Props(Action shutOut) => Akka.Actor.Props.Create(() => new QuarantineWatch(shutOut));

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(ThisActorSystemQuarantinedEvent));
        base.PreStart();
    }
}
