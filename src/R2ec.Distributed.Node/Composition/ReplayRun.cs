using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Node.Commands;
using R2ec.Distributed.Node.Reports;
using R2ec.Distributed.Node.Screens;
using R2ec.Distributed.Node.Specs;
using R2ec.Distributed.Orchestration.Journal;
using R2ec.Distributed.Orchestration.Runs;

namespace R2ec.Distributed.Node.Composition;

/// <summary>What <c>replay</c> does: no cluster, one learner, the journaled groups.</summary>
internal static class ReplayRun
{
    /// <summary>Proves a run; the result is the exit code.</summary>
    public static async Task<int> RunAsync(string runs, string name, int? from)
    {
        var folder = ShowRuns.Find(runs, name);
        var state = JournalReader.Summary(folder).State;
        if (state.Plan is null || state.Step == 0)
        {
            throw new InputException($"Run '{folder.Run}' has trained no RL step yet: there is nothing to prove. Go on with it by `./r2ec resume {folder.Run}`.");
        }

        var spec = SpecFile.Of(folder.SpecResolved, state.Spec, []).Sound();
        using var assembly = RunAssembly.Of(spec, new RunFiles(folder.Path).Tokenizer);
        using var interruption = Interruption.Watch("Stopping the proof; the run is not changed by it.");
        var screen = new RunScreen(TimeProvider.System);
        var engines = new EngineFactory(assembly.Context);
        await using var learner = engines.Learner();
        await using var gradients = engines.Gradients[0]();
        var options = new ReplayOptions
        {
            Folder = folder,
            Spec = assembly.Spec,
            Book = assembly.Book,
            Learner = learner,
            Gradients = gradients,
            From = from,
            Progress = screen,
        };
        var report = await RunReplay.RunAsync(options, interruption.Drain);
        screen.Clear();
        return Tell(folder, report);
    }

    private static int Tell(RunFolder folder, ReplayReport report)
    {
        foreach (var note in report.Notes)
        {
            Console.Error.WriteLine(note);
        }

        if (report.IsProved)
        {
            Console.Out.WriteLine($"run {folder.Run} is proved from {Words(report.From)} to {Words(report.To)}: weights {report.Weights}");
            return ExitCode.Done;
        }

        Console.Out.WriteLine($"run {folder.Run} differs first at {Words(report.Differs!.Value)}: the journal says {report.Journaled}, training its groups again gives {report.Made}.");
        Console.Out.WriteLine("What fixes the bits may differ here (see numerics.json in the run's folder), or journal, payloads or data were changed.");
        return ExitCode.Failed;
    }

    private static string Words(RunPosition position) => position.Stage == RunStage.WarmStart ? $"warm-start step {position.Step}" : $"step {position.Step}";
}
