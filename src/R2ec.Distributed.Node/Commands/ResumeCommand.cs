using System.CommandLine;
using R2ec.Distributed.Node.Composition;

namespace R2ec.Distributed.Node.Commands;

/// <summary><c>resume RUN</c>.</summary>
internal static class ResumeCommand
{
    /// <summary>The command.</summary>
    public static Verb Build()
    {
        var (run, runs) = (CommonOptions.Run(), CommonOptions.Runs());
        var accept = new Option<bool>("--accept-other-numerics") { Description = "Go on although this machine computes other bits than the one that the run began on; the journal records it." };
        return new Verb("resume", "Go on with a run that was interrupted or killed; it ends with the bits of an undisturbed one.",
            """
            Examples:
              r2ec resume quickstart
              r2ec resume quickstart --runs /data/runs
            The journal and the payloads are the run: without a checkpoint it is trained again from them. A completed run says so.
            """).With(run, runs, accept).Does((parsed, _) =>
                TrainRun.ResumeAsync(parsed.GetValue(runs)!, parsed.GetValue(run)!, parsed.GetValue(accept)));
    }
}
