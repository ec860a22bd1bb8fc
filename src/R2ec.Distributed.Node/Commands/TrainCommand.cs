using System.CommandLine;
using R2ec.Distributed.Node.Composition;

namespace R2ec.Distributed.Node.Commands;

/// <summary><c>train SPEC</c>.</summary>
internal static class TrainCommand
{
    /// <summary>The command.</summary>
    public static Verb Build()
    {
        var (spec, runs, set) = (CommonOptions.Spec(), CommonOptions.Runs(), CommonOptions.Set());
        var name = new Option<string?>("--name") { Description = "Name of the run; by default the spec's file name, with a number where that is taken.", HelpName = "RUN" };
        return new Verb("train", "Train a policy as a spec says: warm start, RecPO, evaluation.",
            """
            Examples:
              r2ec train cluster-config/experiments/quickstart.yaml
              r2ec train my.yaml --name lower-rate --set recpo.learning_rate=0.0002 --set seed=2
            The run stands in runs/RUN: metrics.jsonl, samples.jsonl, report.html, checkpoints, and the journal that `resume` and `replay` read.
            Ctrl-C drains and says how to go on; a second one aborts, and `resume` goes on from there too.
            """).With(spec, runs, name, set).Does((parsed, _) =>
                TrainRun.NewAsync(new TrainRequest(parsed.GetValue(spec)!, parsed.GetValue(runs)!, parsed.GetValue(name), parsed.GetValue(set)!)));
    }
}
