using Akka.Actor;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Cluster;
using R2ec.Distributed.Orchestration.Evaluation;
using R2ec.Distributed.Orchestration.Learning;
using R2ec.Distributed.Orchestration.Rollouts;

namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>A run's children. Each is watched: one that stops by a fault of its own pauses the run, which a resumption takes up from the journal.</summary>
internal sealed record RunCrew(IActorRef Dispatcher, IActorRef Desk, IActorRef Learner, IActorRef Encoder, IActorRef Evaluator, CancellationToken Stopping)
{
    /// <summary>A restore order is a message: of many checkpoints it names the newest.</summary>
    internal const int MostCandidates = 200;

    internal static RunCrew Hire(IActorContext context, RunState state, RunServices services)
    {
        var dispatcher = context.ActorOf(RolloutDispatcher.Props(state.Run, services.Blobs, services.Work, services.Clock), "dispatcher");
        var (learner, desk) = Appoint(context, state, services);
        var encoder = context.ActorOf(ItemEncoder.Props(services, state.Plan!, dispatcher), "encoder");
        var evaluator = context.ActorOf(Evaluation.Evaluator.Props(services, state.Plan!, dispatcher), "evaluator");
        foreach (var child in new[] { dispatcher, desk, learner, encoder, evaluator }.Distinct())
        {
            context.Watch(child);
        }

        return new RunCrew(dispatcher, desk, learner, encoder, evaluator, services.Stopping);
    }

    /// <summary>Has the encoder, the evaluator or the dispatcher do an order.</summary>
    internal void Send(RunOrder order, RunState state, BlobRef? table, AskedBundles asked)
    {
        switch (order)
        {
            case RunOrder.EncodeTable o:
                Encoder.Tell(new MeasuringProtocol.EncodeTable(state.Epoch, o.Version, o.Policy));
                break;
            case RunOrder.Evaluate o:
                Evaluator.Tell(new MeasuringProtocol.Evaluate(state.Epoch, o.Step, o.Kind, o.Policy, table!, state.Evaluations.FirstOrDefault(e => e.Kind == EvaluationKind.First)?.Ranks));
                break;
            case RunOrder.CollectGroups o:
                asked.Ask(o, state.Epoch, table!, Dispatcher);
                break;
            default:
                throw new InvalidOperationException($"No rule for {order.GetType().Name}.");
        }
    }

    /// <summary>Has the other learner nodes copy a checkpoint from the one that wrote it.</summary>
    internal void KeepCopies(RunState state, RunEvents.CheckpointWritten written) =>
        Learner.Tell(new ClusterProtocol.KeepCheckpoint(state.Run, new CheckpointRecord(written.Position, written.Manifest, written.Folder), "", CheckpointRetention.Kept(state)));

    // In a cluster both are one: the link to whichever node holds the learner's seat.
    private static (IActorRef Learner, IActorRef Desk) Appoint(IActorContext context, RunState state, RunServices services)
    {
        if (services.Learner is not { } local)
        {
            var link = context.ActorOf(LearnerLink.Props(state.Run, services.Holders, services.Work, services.Clock), "learner");
            return (link, link);
        }

        var desk = context.ActorOf(ShardDesk.Props(state.Run, services.Blobs, services.Work, services.Clock), "shards");
        return (context.ActorOf(LearnerActor.Props(local, desk, new LearnerMemory()), "learner"), desk);
    }
}
