using System.Globalization;
using System.Text.Json;
using R2ec.Distributed.Core.Evaluation;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Node.Commands;
using R2ec.Distributed.Node.Reports;
using R2ec.Distributed.Node.Screens;
using R2ec.Distributed.Node.Specs;
using R2ec.Distributed.Orchestration.Journal;

namespace R2ec.Distributed.Node.Composition;

/// <summary>What <c>evaluate</c> does: one engine, the same bundles as in the run, so that the same policy gives the same ranks.</summary>
internal static class EvaluateRun
{
    private static readonly (ChainMode Mode, string Name)[] Modes = [(ChainMode.Greedy, ""), (ChainMode.None, "no_chain/"), (ChainMode.Given, "permuted_chain/")];

    /// <summary>Measures and prints; the result is the exit code.</summary>
    public static async Task<int> RunAsync(EvaluateRequest request)
    {
        var folder = ShowRuns.Find(request.Runs, request.Run);
        var state = JournalReader.Summary(folder).State;
        var policy = KeptPolicy.Find(folder, state, request.Step);
        var spec = SpecFile.Of(folder.SpecResolved, state.Spec, []).Sound();
        using var assembly = RunAssembly.Of(spec, new RunFiles(folder.Path).Tokenizer);
        using var interruption = Interruption.Watch("Stopping; the run is not changed by an evaluation.");
        var line = new ProgressLine(TimeProvider.System);
        await using var engine = new EngineFactory(assembly.Context).Rollouts[0]();
        await engine.LoadPolicyAsync(policy.File, interruption.Drain);
        await EncodeAsync(engine, spec, assembly.Book, line, interruption.Drain);
        var metrics = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var split in new[] { Split.Valid, Split.Test })
        {
            var samples = MeasuredSamples.Of(assembly.Book, split, request.Samples);
            IReadOnlyList<MeasuredUser> own = [];
            foreach (var (mode, name) in Modes)
            {
                var users = await MeasureAsync(engine, spec, samples, mode, own, line, interruption.Drain);
                own = mode == ChainMode.Greedy ? users : own;
                Add(metrics, spec, assembly.Book, $"{split.ToString().ToLowerInvariant()}/{name}", users);
            }
        }

        line.Clear();
        Print(policy, metrics, request.Json);
        return ExitCode.Done;
    }

    private static async Task EncodeAsync(IRolloutEngine engine, ExperimentSpec spec, PromptBook book, ProgressLine line, CancellationToken stop)
    {
        var parts = new List<byte[]>();
        int[] items = [.. Enumerable.Range(1, book.ItemCount)];
        foreach (var part in Cuts.Apply(items, Cuts.Bundles(items.Length, spec.Rollout.BundleItems)))
        {
            parts.Add(await engine.EncodeAsync(new EncodeBundle(part), stop));
            line.Show("encoding items", parts.Sum(p => p.LongLength) / (double)Math.Max(1, parts[0].LongLength / part.Count * items.Length), "encode");
        }

        var width = parts.Sum(p => p.Length) / items.Length;
        await engine.LoadTableAsync((byte[])[.. new byte[width], .. parts.SelectMany(p => p)], stop);
    }

    private static async Task<IReadOnlyList<MeasuredUser>> MeasureAsync(
        IRolloutEngine engine, ExperimentSpec spec, SampleId[] samples, ChainMode mode, IReadOnlyList<MeasuredUser> own, ProgressLine line, CancellationToken stop)
    {
        var partners = mode == ChainMode.Given ? PermutedChains.Partner((ulong)spec.Seed, samples.Length) : [];
        var measured = new List<MeasuredUser>();
        foreach (var part in Cuts.Apply(samples, Cuts.Bundles(samples.Length, spec.Evaluation.BundleUsers)))
        {
            IReadOnlyList<int[]>? chains = mode == ChainMode.Given ? [.. Enumerable.Range(measured.Count, part.Count).Select(at => own[partners[at]].Chain)] : null;
            measured.AddRange(await engine.MeasureAsync(new EvaluationBundle(part, mode, chains), stop));
            line.Show("measuring users", (double)measured.Count / samples.Length, $"{mode}");
        }

        return measured;
    }

    private static void Add(SortedDictionary<string, double> metrics, ExperimentSpec spec, PromptBook book, string prefix, IReadOnlyList<MeasuredUser> users)
    {
        int[] ranks = [.. users.Select(u => u.Rank)];
        foreach (var (name, value) in RankingMetrics.Of(ranks).ByName)
        {
            metrics[prefix + name] = value;
        }

        var interval = Bootstrap.Interval(RankingMetrics.Gains(ranks, 10), [.. users.Select(u => book.User(u.Sample))], (ulong)spec.Seed, spec.Evaluation.BootstrapDraws);
        (metrics[prefix + "ndcg@10/low"], metrics[prefix + "ndcg@10/high"]) = (interval.Low, interval.High);
    }

    private static void Print(KeptPolicy policy, SortedDictionary<string, double> metrics, bool json)
    {
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new { step = policy.Step, weights = policy.Weights.Hex, metrics }));
            return;
        }

        Console.Out.WriteLine($"step {policy.Step}, weights {policy.Weights}");
        foreach (var (name, value) in metrics)
        {
            Console.Out.WriteLine($"  {name,-40} {value.ToString("0.0000", CultureInfo.InvariantCulture)}");
        }
    }
}
