using Akka.Actor;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Runs;

namespace R2ec.Distributed.Orchestration.Cluster;

/// <summary>Stores one command for a run that nobody works on: a submission, a stop, a resumption. It answers once that stands in the journal, and ends.</summary>
public sealed class RunIntake : JournaledRun
{
    private readonly IActorRef _asker;

    /// <summary>An intake of one command.</summary>
    /// <param name="run">The run.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="explain">What a failure of the journal means.</param>
    /// <param name="failed">Told of a write that failed.</param>
    /// <param name="command">The command, by the state that the journal leads to.</param>
    /// <param name="asker">Who is answered.</param>
    /// <param name="journaled">Events that the journal is known to hold.</param>
    public RunIntake(RunId run, TimeProvider clock, Func<Exception, string> explain, Action<Exception> failed, Func<RunState, IRunCommand> command, IActorRef asker, long journaled)
        : base(run, clock, explain, failed, new SnapshotRule(journaled, Every: 0))
    {
        _asker = asker;
        Command<Begin>(_ => Take(command(State), Done));
    }

    /// <summary>How it is made.</summary>
    public static Props Props(RunId run, TimeProvider clock, Func<Exception, string> explain, Action<Exception> failed, Func<RunState, IRunCommand> command, IActorRef asker, long journaled) =>
        Akka.Actor.Props.Create(() => new RunIntake(run, clock, explain, failed, command, asker, journaled));

    /// <inheritdoc/>
    protected override void OnReplaySuccess()
    {
        Self.Tell(new Begin());
        base.OnReplaySuccess();
    }

    /// <inheritdoc/>
    protected override void OnFact(IRunEvent fact)
    {
    }

    /// <inheritdoc/>
    protected override void OnCommitted(TimeSpan took)
    {
    }

    /// <inheritdoc/>
    protected override void End(string reason, bool isInput) =>
        _asker.Tell(new RunProtocol.Answer(State.Run, RunProtocol.AnswerKind.Refused, reason));

    private void Done(RunReply reply)
    {
        _asker.Tell(RunProtocol.Answer.Of(reply, State));
        Context.Stop(Self);
    }

    private sealed record Begin : INoSerializationVerificationNeeded;
}
