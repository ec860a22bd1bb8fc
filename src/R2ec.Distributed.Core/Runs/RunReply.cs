namespace R2ec.Distributed.Core.Runs;

/// <summary>How a run answers a command. Expected failures are answers, not exceptions.</summary>
public abstract record RunReply
{
    private RunReply()
    {
    }

    /// <summary>It was taken note of.</summary>
    public sealed record Accepted : RunReply;

    /// <summary>It was known already: nothing changed.</summary>
    public sealed record Known : RunReply;

    /// <summary>The run has been completed: there is nothing to resume.</summary>
    public sealed record AlreadyCompleted : RunReply;

    /// <summary>The run was taken up elsewhere since the teller read its journal: who coordinates it now is another one.</summary>
    public sealed record Overtaken(string Reason) : RunReply;

    /// <summary>It is refused, with the reason and the remedy.</summary>
    public sealed record Refused(string Reason) : RunReply;
}
