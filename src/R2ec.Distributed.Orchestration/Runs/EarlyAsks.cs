using Akka.Actor;
using R2ec.Distributed.Orchestration.Rollouts;

namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>What workers asked before there was a crew: they ask as soon as they live.</summary>
internal sealed class EarlyAsks
{
    private readonly List<(object Ask, IActorRef From)> _asks = [];

    /// <summary>Hands a question on, or keeps it while there is nobody.</summary>
    internal void Ask(object ask, IActorRef from, IActorRef? who)
    {
        if (who is not null)
        {
            who.Tell(ask, from);
        }
        else
        {
            _asks.Add((ask, from));
        }
    }

    /// <summary>Hands all of them to a crew.</summary>
    internal RunCrew HandOver(RunCrew crew)
    {
        foreach (var (ask, from) in _asks)
        {
            (ask is WorkProtocol.AskForWork ? crew.Dispatcher : crew.Desk).Tell(ask, from);
        }

        _asks.Clear();
        return crew;
    }
}
