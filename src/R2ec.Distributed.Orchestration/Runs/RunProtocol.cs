using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Wire;

namespace R2ec.Distributed.Orchestration.Runs;

/// <summary>Talk between whoever runs a run and the run itself. One command gets exactly one answer.</summary>
public static class RunProtocol
{
    /// <summary>Begins a run.</summary>
    /// <param name="Run">The run.</param>
    /// <param name="Spec">Its spec as resolved.</param>
    /// <param name="Plan">Numbers of its course.</param>
    /// <param name="Data">Digest of its data set.</param>
    /// <param name="Tokenizer">Digest of its tokenizer.</param>
    /// <param name="Numerics">What fixes its bits.</param>
    public sealed record Begin(RunId Run, string Spec, RunPlan Plan, Digest Data, Digest Tokenizer, IReadOnlyDictionary<string, string> Numerics) : IWireMessage;

    /// <summary>Takes a run up again.</summary>
    /// <param name="Run">The run.</param>
    /// <param name="Numerics">What fixes the bits here.</param>
    /// <param name="AcceptOtherNumerics">Whether a person accepts that they differ.</param>
    /// <param name="Known">Epoch of the journal that the run was put together from: in a newer one somebody else has taken it up. Null where nobody else can.</param>
    public sealed record Resume(RunId Run, IReadOnlyDictionary<string, string> Numerics, bool AcceptOtherNumerics, Epoch? Known = null) : IWireMessage;

    /// <summary>Ends the run's work at the next boundary; it can be resumed.</summary>
    /// <param name="Run">The run.</param>
    public sealed record Drain(RunId Run) : IWireMessage;

    /// <summary>How a command was taken.</summary>
    public enum AnswerKind
    {
        /// <summary>The run works.</summary>
        Working = 0,

        /// <summary>The run was completed before.</summary>
        AlreadyCompleted = 1,

        /// <summary>It is refused; the text says why and what to do.</summary>
        Refused = 2,

        /// <summary>Somebody else has taken the run up.</summary>
        Overtaken = 3,
    }

    /// <summary>The answer.</summary>
    /// <param name="Run">The run.</param>
    /// <param name="Kind">How it was taken.</param>
    /// <param name="Text">For people.</param>
    public sealed record Answer(RunId Run, AnswerKind Kind, string Text) : IWireMessage
    {
        /// <summary>A run's reply as an answer.</summary>
        internal static Answer Of(RunReply reply, RunState state) => reply switch
        {
            RunReply.AlreadyCompleted => new Answer(state.Run, AnswerKind.AlreadyCompleted, $"Run {state.Run} is completed: {state.Step} of {state.Steps} steps, weights {state.Weights?.Brief}."),
            RunReply.Overtaken overtaken => new Answer(state.Run, AnswerKind.Overtaken, overtaken.Reason),
            RunReply.Refused refused => new Answer(state.Run, AnswerKind.Refused, refused.Reason),
            _ => new Answer(state.Run, AnswerKind.Working, ""),
        };
    }
}
