using System.CommandLine;
using R2ec.Distributed.Node.Composition;

namespace R2ec.Distributed.Node.Commands;

/// <summary><c>evaluate RUN</c>.</summary>
internal static class EvaluateCommand
{
    /// <summary>The command.</summary>
    public static Verb Build()
    {
        var (run, runs, json) = (CommonOptions.Run(), CommonOptions.Runs(), CommonOptions.Json());
        var step = CommonOptions.Step("RL step whose policy is measured, or best; by default the last one trained.");
        var samples = new Option<int>("--samples") { Description = "Samples of each split, evenly spaced; 0 takes all.", HelpName = "N", DefaultValueFactory = _ => 0 };
        return new Verb("evaluate", "Measure a run's policy: full ranking on both splits, without a chain, with other users' chains, beside the counts.",
            """
            Examples:
              r2ec evaluate quickstart
              r2ec evaluate quickstart --step best --samples 100 --json
            The run itself is not changed.
            """).With(run, runs, step, samples, json).Does((parsed, _) =>
                EvaluateRun.RunAsync(new EvaluateRequest(parsed.GetValue(runs)!, parsed.GetValue(run)!, parsed.GetValue(step), parsed.GetValue(samples), parsed.GetValue(json))));
    }
}
