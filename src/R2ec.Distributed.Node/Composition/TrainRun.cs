using System.Globalization;
using Microsoft.Extensions.Logging;
using R2ec.Distributed.Core;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Node.Commands;
using R2ec.Distributed.Node.Reports;
using R2ec.Distributed.Node.Screens;
using R2ec.Distributed.Node.Security;
using R2ec.Distributed.Node.Specs;
using R2ec.Distributed.Orchestration.Journal;
using R2ec.Distributed.Orchestration.Runs;

namespace R2ec.Distributed.Node.Composition;

/// <summary>What <c>train</c> and <c>resume</c> do: a node with every role in this process works on one run.</summary>
internal static class TrainRun
{
    /// <summary>Begins a run. Everything that can be wrong is found before its folder appears.</summary>
    public static async Task<int> NewAsync(TrainRequest request)
    {
        var reading = SpecFile.Read(request.Spec, request.Sets);
        var given = SpecFile.Text(request.Spec);
        var run = RunNames.Choose(request.Name, request.Spec, name => Path.Exists(Path.Combine(request.Runs, name)));
        var faults = reading.Faults.Concat(NamedFiles.Check(reading)).ToList();
        if (faults.Count > 0)
        {
            throw SpecFault.Refusal(request.Spec, faults);
        }

        if (Path.Exists(Path.Combine(request.Runs, run.Value)))
        {
            throw new InputException($"There is a run '{run}' in {Path.GetFullPath(request.Runs)} already. Go on with it by `./r2ec resume {run}`, or give the new run another --name.");
        }

        RewardTokens.Require(reading.Spec.Rewards);
        using var assembly = RunAssembly.Of(RunAssembly.Resolve(reading.Spec), null);
        _ = RunPlan.From(assembly.Spec, assembly.Book);
        var yaml = SpecWriter.Resolved(assembly.Spec);
        var folder = RunFolder.Create(request.Runs, run, given, yaml);
        var files = new RunFiles(folder.Path);
        await File.WriteAllTextAsync(files.Overrides, string.Concat(request.Sets.Select(s => s + "\n")));
        await File.WriteAllBytesAsync(files.Tokenizer, assembly.TokenizerJson);
        await File.WriteAllTextAsync(files.Numerics, assembly.NumericsJson());
        await Console.Error.WriteLineAsync($"run {run} in {folder.Path}: {SpecChecking.Summary(assembly.Spec)}");
        return await WorkAsync(folder, assembly, yaml, request.Runs, accept: false);
    }

    /// <summary>Goes on with a run.</summary>
    public static async Task<int> ResumeAsync(string runs, string name, bool accept)
    {
        var folder = ShowRuns.Find(runs, name);
        var summary = JournalReader.Summary(folder);
        if (summary.Phase == RunPhase.Completed)
        {
            await Console.Out.WriteLineAsync($"run {folder.Run} is complete: {summary.Step} of {summary.Steps} steps, weights {summary.Weights}. There is nothing to go on with.");
            return ExitCode.Done;
        }

        RunLock.Take(folder).Dispose();
        var yaml = summary.State.Spec.Length > 0 ? summary.State.Spec : await File.ReadAllTextAsync(folder.SpecResolved);
        var spec = SpecFile.Of(folder.SpecResolved, yaml, []).Sound();
        using var assembly = RunAssembly.Of(spec, new RunFiles(folder.Path).Tokenizer);
        return await WorkAsync(folder, assembly, yaml, runs, accept);
    }

    private static async Task<int> WorkAsync(RunFolder folder, RunAssembly assembly, string yaml, string runs, bool accept)
    {
        var clock = TimeProvider.System;
        var screen = new RunScreen(clock);
        using var logs = RunLogs.Of(new RunFiles(folder.Path).Log);
        await using var chronicle = new RunChronicle(folder, assembly, clock, logs.CreateLogger<RunChronicle>());
        using var interruption = Interruption.Watch("Draining: the step that is trained now is finished or given back; Ctrl-C again aborts.");
        var engines = new EngineFactory(assembly.Context);
        var options = new RunHostOptions
        {
            Folder = folder,
            SpecYaml = yaml,
            Spec = assembly.Spec,
            Data = assembly.DataDigest,
            Tokenizer = assembly.TokenizerDigest,
            Numerics = assembly.Numerics,
            AcceptOtherNumerics = accept,
            Book = assembly.Book,
            Baselines = assembly.Baselines,
            Rewards = assembly.Rewards,
            RolloutEngines = engines.Rollouts,
            GradientEngines = engines.Gradients,
            LearnerEngine = engines.Learner,
            Clock = clock,
            Logs = logs,
            Progress = screen,
            Observer = fact =>
            {
                screen.Observe(fact);
                chronicle.Observe(fact);
            },
        };
        var outcome = await HostAsync(options, interruption.Drain);
        screen.Clear();
        await chronicle.CloseAsync();
        return Tell(outcome, folder, runs);
    }

    private static async Task<RunOutcome> HostAsync(RunHostOptions options, CancellationToken drain)
    {
        try
        {
            await using var host = await RunHost.StartAsync(options, drain);
            await using var asked = drain.Register(host.Drain);
            return await host.Completion;
        }
        catch (OperationCanceledException) when (drain.IsCancellationRequested)
        {
            var summary = JournalReader.Summary(options.Folder);     // asked to end before it had begun
            return new RunOutcome(summary.Run, RunPhase.Interrupted, summary.Step, summary.Steps, summary.Weights, "", IsInput: false, WasComplete: false);
        }
    }

    private static int Tell(RunOutcome outcome, RunFolder folder, string runs)
    {
        var again = $"./r2ec resume {folder.Run} --runs {runs}";
        var where = $"step {outcome.Step.ToString(CultureInfo.InvariantCulture)} of {outcome.Steps.ToString(CultureInfo.InvariantCulture)}";
        switch (outcome.Phase)
        {
            case RunPhase.Completed:
                Console.Out.WriteLine($"run {folder.Run} is complete: {where}, weights {outcome.Weights}");
                Console.Out.WriteLine($"report: {folder.Report}");
                return ExitCode.Done;
            case RunPhase.Interrupted:
                Console.Error.WriteLine($"Interrupted at {where}; nothing is lost. Go on with: {again}");
                return ExitCode.Interrupted;
            default:
                Console.Error.WriteLine($"Run {folder.Run} {(outcome.Phase == RunPhase.Paused ? "paused" : "failed")} at {where}: {outcome.Reason}");
                Console.Error.WriteLine($"The log is {new RunFiles(folder.Path).Log}. Once that is mended, go on with: {again}");
                return outcome.IsInput ? ExitCode.Input : ExitCode.Failed;
        }
    }
}
