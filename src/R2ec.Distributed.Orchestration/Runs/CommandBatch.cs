using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>Group commit: commands that waited together, decided in sequence, each on the state that those before it lead to.</summary>
/// <param name="State">The state once all facts are stored.</param>
/// <param name="Facts">What one write stores.</param>
/// <param name="Replies">Who is answered then.</param>
/// <param name="Refused">Reasons of refusals that nobody waits to hear.</param>
internal sealed record CommandBatch(
    RunState State, IReadOnlyList<IRunEvent> Facts, IReadOnlyList<(Action<RunReply>? To, RunReply Reply)> Replies, IReadOnlyList<string> Refused)
{
    private DateTimeOffset Now { get; init; }

    internal static CommandBatch Decide(RunState state, IReadOnlyList<Waiting> waiting, DateTimeOffset now)
    {
        var (facts, replies, refused) = (new List<IRunEvent>(), new List<(Action<RunReply>?, RunReply)>(), new List<string>());
        foreach (var (command, reply) in waiting)
        {
            var decision = state.Decide(command, now);
            state = decision.Events.Aggregate(state, (at, fact) => at.Apply(fact));
            facts.AddRange(decision.Events);
            replies.Add((reply, decision.Reply));
            if (decision.Reply is RunReply.Refused because && reply is null)
            {
                refused.Add(because.Reason);
            }
        }

        return new CommandBatch(state, facts, replies, refused) { Now = now };
    }

    /// <summary>Where the next orders need nobody, to plan a step or to fix what it trains on, these facts go into the same write.</summary>
    internal CommandBatch WithPlans(PromptOrder order)
    {
        var batch = this;
        while (batch.State.Orders().Select(next => Command(next, order)).FirstOrDefault(command => command is not null) is { } command)
        {
            var events = batch.State.Decide(command, Now).Events;
            if (events.Count == 0)
            {
                throw new InvalidOperationException($"Run {State.Run} orders {command.GetType().Name}, and refuses it.");
            }

            batch = batch with { State = events.Aggregate(batch.State, (at, fact) => at.Apply(fact)), Facts = [.. batch.Facts, .. events] };
        }

        return batch;
    }

    private static IRunCommand? Command(RunOrder next, PromptOrder order) => next switch
    {
        RunOrder.PlanStep plan => new RunCommands.PlanStep(plan.Step, order.Samples(plan.Step)),
        RunOrder.AssembleStep assemble => new RunCommands.AssembleStep(assemble.Step),
        _ => null,
    };

    /// <summary>A command that waits.</summary>
    internal sealed record Waiting(IRunCommand Command, Action<RunReply>? Reply);
}
