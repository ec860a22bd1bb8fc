using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Orchestration.Cluster;

namespace R2ec.Distributed.Node.Api;

/// <summary>Where a run stands and what it waits for: the answer to a run that seems to hang.</summary>
/// <param name="Run">The run.</param>
/// <param name="State">What it is doing.</param>
/// <param name="Doing">The work that is due now, in words.</param>
/// <param name="LastProgressSeconds">Age of the last fact in its journal; null where there is none.</param>
/// <param name="LastProgress">What that fact was.</param>
/// <param name="Waits">Who waits for whom.</param>
/// <param name="Cause">Most likely cause, in a sentence.</param>
/// <param name="Next">The command to type next.</param>
internal sealed record WhyReport(
    string Run, string State, string Doing, double? LastProgressSeconds, string LastProgress, IReadOnlyList<WhyWait> Waits, string Cause, string Next)
{
    /// <summary>The report of what is known.</summary>
    public static WhyReport Of(WhyFacts facts)
    {
        var (cause, next) = WhyRules.Of(facts);
        return new WhyReport(
            facts.Run.Run.Value,
            facts.Run.Phase.ToString(),
            WhyRules.Doing(facts.Run.State),
            facts.Last is { } last ? Math.Max(0, (facts.Now - last.At).TotalSeconds) : null,
            facts.Last is { } fact ? fact.GetType().Name : "",
            [.. facts.Waits.Select(w => new WhyWait(w.Who, w.What, w.Since.TotalSeconds, w.Until?.TotalSeconds, w.Owner))],
            cause,
            next);
    }
}

/// <summary>A wait, in seconds.</summary>
/// <param name="Who">Who waits.</param>
/// <param name="What">For what, and from whom.</param>
/// <param name="SinceSeconds">For how long already.</param>
/// <param name="UntilSeconds">How long it may last; null where nothing but a report ends it.</param>
/// <param name="Owner">Who ends it then.</param>
internal sealed record WhyWait(string Who, string What, double SinceSeconds, double? UntilSeconds, string Owner);

/// <summary>What a report is made of.</summary>
/// <param name="Run">The run.</param>
/// <param name="Last">Last fact of its journal; null where there is none or the journal cannot be read.</param>
/// <param name="Waits">Who waits for whom.</param>
/// <param name="Nodes">Every node.</param>
/// <param name="Ahead">The run that is worked on, where this one is queued behind it.</param>
/// <param name="Unreadable">Why the journal cannot be read; null where it can.</param>
/// <param name="Now">The time.</param>
internal sealed record WhyFacts(
    RunSummary Run, IRunEvent? Last, IReadOnlyList<WaitFact> Waits, IReadOnlyList<NodeStatus> Nodes, string? Ahead, string? Unreadable, DateTimeOffset Now);
