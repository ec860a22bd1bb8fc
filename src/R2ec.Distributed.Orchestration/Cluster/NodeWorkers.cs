using Akka.Actor;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Orchestration.Learning;
using R2ec.Distributed.Orchestration.Rewards;
using R2ec.Distributed.Orchestration.Rollouts;
using R2ec.Distributed.Orchestration.Threads;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Cluster;

/// <summary>A node's workers for one run, by its roles, and the engines that they compute on. When it stops, engines end in the background, what they share last.</summary>
public sealed class NodeWorkers : WireActor
{
    private readonly AssembledRun _made;
    private readonly List<IAsyncDisposable> _engines = [];
    private readonly WorkThread _thread;

    /// <summary>Workers for a run.</summary>
    public NodeWorkers(RunId run, AssembledRun made, NodeServices services, IActorRef coordinator)
    {
        ArgumentNullException.ThrowIfNull(made);
        ArgumentNullException.ThrowIfNull(services);
        _made = made;
        _thread = services.Threads("node");
        _engines.Add(_thread);
        var weights = services.Weights(run);
        var copies = services.Copies(run);
        var checkpoints = new CheckpointFolder(services.Checkpoints(run), copies);
        Context.ActorOf(CheckpointKeeper.Props(run, services, coordinator, copies, checkpoints, _thread), "keeper");
        if (services.Roles.Contains("rollout"))
        {
            foreach (var (i, make) in made.Rollouts.Index())
            {
                var engine = Own(make());
                services.Progress.Held = () => engine.Held;
                Context.ActorOf(RolloutWorker.Props(coordinator, services.Blobs, services.Work, engine, weights), $"rollout-{i}");
            }
        }

        if (services.Roles.Contains("reward"))
        {
            var terms = Own(RewardTerms.Of(made.Spec.Rewards, made.Rewards, _thread, services.Clock));
            Context.ActorOf(RewardWorker.Props(coordinator, services.Blobs, services.Work, new RewardRule(made.Spec.Recpo), terms, _thread), "reward-0");
        }

        if (services.Roles.Contains("learner"))
        {
            foreach (var (i, make) in made.Gradients.Index())
            {
                Context.ActorOf(GradientWorker.Props(coordinator, services.Blobs, services.Work, Own(make()), weights), $"gradient-{i}");
            }

            var learner = new LearnerServices
            {
                Holds = held => services.Progress.Held = () => held,
                Spec = made.Spec,
                Book = made.Book,
                Engine = Own(made.Learner()),
                Blobs = services.Blobs,
                Payloads = list => services.PayloadsOf(list.Holder),
                Weights = weights,
                Checkpoints = checkpoints,
                Bulk = _thread,
                Clock = services.Clock,
                Work = services.Work,
            };
            Context.ActorOf(LearnerSeat.Props(run, services.Name, services.Bulk, coordinator, learner), "seat");
        }
    }

    /// <summary>How they are made.</summary>
    public static Props Props(RunId run, AssembledRun made, NodeServices services, IActorRef coordinator) => Akka.Actor.Props.Create(() => new NodeWorkers(run, made, services, coordinator));

    /// <inheritdoc/>
    protected override SupervisorStrategy SupervisorStrategy() => new OneForOneStrategy(_ => Directive.Escalate);

    /// <inheritdoc/>
    protected override void PostStop()
    {
        _ = EndAsync();
        base.PostStop();
    }

    private T Own<T>(T engine)
        where T : IAsyncDisposable
    {
        _engines.Add(engine);
        return engine;
    }

    private async Task EndAsync()
    {
        foreach (var engine in _engines.AsEnumerable().Reverse())
        {
            await engine.DisposeAsync().ConfigureAwait(false);
        }

        _made.Dispose();
    }
}
