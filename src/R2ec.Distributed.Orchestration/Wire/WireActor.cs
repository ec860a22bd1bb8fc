using Akka.Actor;

namespace R2ec.Distributed.Orchestration.Wire;

/// <summary>
/// An actor of which every message passes the wire's contract before it is handled, in one process too: what cannot cross a wire fails at once, and nobody
/// shares an object with its sender.
/// </summary>
/// <remarks>Akka's own <c>serialize-messages</c> would send Akka's internal messages through a fallback that names types, which is switched off here.</remarks>
public abstract class WireActor : ReceiveActor
{
    /// <inheritdoc/>
    protected override bool AroundReceive(Receive receive, object message) => base.AroundReceive(receive, WirePassage.Of(message));
}
