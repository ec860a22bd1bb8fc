using Akka.Actor;
using R2ec.Distributed.Core.Runs;
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
        var desk = context.ActorOf(ShardDesk.Props(state.Run, services.Blobs, services.Work, services.Clock), "shards");
        var learner = context.ActorOf(LearnerActor.Props(services, desk), "learner");
        var encoder = context.ActorOf(ItemEncoder.Props(services, state.Plan!, dispatcher), "encoder");
        var evaluator = context.ActorOf(Evaluation.Evaluator.Props(services, state.Plan!, dispatcher), "evaluator");
        foreach (var child in new[] { dispatcher, desk, learner, encoder, evaluator })
        {
            context.Watch(child);
        }

        return new RunCrew(dispatcher, desk, learner, encoder, evaluator, services.Stopping);
    }

    internal static bool IsLearnerOrder(string name) => name.StartsWith("learner/", StringComparison.Ordinal);
}
