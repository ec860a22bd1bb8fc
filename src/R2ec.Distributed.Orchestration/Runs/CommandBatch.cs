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

    /// <summary>Where the next order is to plan a step, which needs nobody, the plan goes into the same write.</summary>
    internal CommandBatch WithPlan(PromptOrder order)
    {
        if (State.NextOrder() is not RunOrder.PlanStep plan)
        {
            return this;
        }

        var events = State.Decide(new RunCommands.PlanStep(plan.Step, order.Samples(plan.Step)), Now).Events;
        return this with { State = events.Aggregate(State, (at, fact) => at.Apply(fact)), Facts = [.. Facts, .. events] };
    }

    /// <summary>A command that waits.</summary>
    internal sealed record Waiting(IRunCommand Command, Action<RunReply>? Reply);
}
