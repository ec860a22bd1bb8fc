using Akka.Actor;
using Akka.Event;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Orchestration.Learning;
using R2ec.Distributed.Orchestration.Rollouts;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>
/// The runs of a cluster, one actor each, and the one address that workers ask. A plain supervisor, never persistent: a run's actor whose journal fails
/// stops for good here, and the next process recovers it.
/// </summary>
public sealed class RunRegistry : WireActor
{
    private readonly Func<RunId, Props> _runs;
    private readonly Dictionary<RunId, IActorRef> _known = [];
    private readonly ILoggingAdapter _log = Context.GetLogger();

    /// <summary>A registry.</summary>
    public RunRegistry(Func<RunId, Props> runs)
    {
        _runs = runs;
        Receive<RunProtocol.Begin>(m => Of(m.Run).Forward(m));
        Receive<RunProtocol.Resume>(m => Of(m.Run).Forward(m));
        Receive<RunProtocol.Drain>(m => Of(m.Run).Forward(m));
        Receive<WorkProtocol.AskForWork>(m => ForwardToAll(m));
        Receive<LearningProtocol.AskForShard>(m => ForwardToAll(m));
        Receive<Terminated>(OnTerminated);
    }

    /// <summary>How it is made.</summary>
    public static Props Props(Func<RunId, Props> runs) => Akka.Actor.Props.Create(() => new RunRegistry(runs));

    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Stop);

    private IActorRef Of(RunId run)
    {
        if (!_known.TryGetValue(run, out var actor))
        {
            actor = Context.ActorOf(_runs(run), run.PersistenceId);
            Context.Watch(actor);
            _known[run] = actor;
        }

        return actor;
    }

    private void ForwardToAll(object message)
    {
        foreach (var run in _known.Values)
        {
            run.Forward(message);
        }
    }

    private void OnTerminated(Terminated gone)
    {
        foreach (var run in _known.Where(pair => pair.Value.Equals(gone.ActorRef)).Select(pair => pair.Key).ToList())
        {
            _known.Remove(run);
            _log.Warning("Run {Run} stopped", run);
        }
    }
}
