using R2ec.Distributed.Core.Evaluation;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Orchestration.Evaluation;

/// <summary>The numbers of an evaluate row, in a fixed order: a pure function of ranks and chains.</summary>
internal static class EvaluationMetrics
{
    private const string Deciding = "ndcg@10";
    private const int DecidingCutoff = 10;

    internal static IReadOnlyList<Metric> Of(RunPlan plan, IPromptBook book, IReadOnlyList<SweepRanks> sweeps, IReadOnlyDictionary<Split, IReadOnlyList<MeasuredUser>> chains, IReadOnlyList<SweepRanks>? first)
    {
        var metrics = new List<Metric>();
        foreach (var sweep in sweeps)
        {
            var prefix = Prefix(sweep);
            int[] ranks = [.. sweep.Ranks];
            metrics.AddRange(RankingMetrics.Names.Select(name => new Metric($"{prefix}/{name}", RankingMetrics.Of(ranks).ByName[name])));
            Interval(metrics, $"{prefix}/{Deciding}", Bootstrap.Interval(RankingMetrics.Gains(ranks, DecidingCutoff), Users(book, sweep.Samples), (ulong)plan.Seed, plan.BootstrapDraws));
            if (sweep.Mode == ChainMode.Greedy && chains.TryGetValue(sweep.Split, out var users))
            {
                metrics.Add(new Metric($"{prefix}/closed_fraction", users.Average(user => user.WroteMarker ? 1.0 : 0.0)));
                metrics.Add(new Metric($"{prefix}/length/mean", users.Average(user => (double)user.Chain.Length)));
            }
        }

        metrics.AddRange(Gains(plan, book, sweeps, first ?? []));
        return metrics;
    }

    // RL's gain: the same samples before and after, paired.
    private static List<Metric> Gains(RunPlan plan, IPromptBook book, IReadOnlyList<SweepRanks> sweeps, IReadOnlyList<SweepRanks> first)
    {
        var metrics = new List<Metric>();
        foreach (var after in sweeps.Where(sweep => sweep.Mode == ChainMode.Greedy))
        {
            if (first.FirstOrDefault(sweep => sweep.Split == after.Split && sweep.Mode == ChainMode.Greedy) is { } before && before.Samples.SequenceEqual(after.Samples))
            {
                var gain = Bootstrap.Paired(
                    RankingMetrics.Gains([.. before.Ranks], DecidingCutoff), RankingMetrics.Gains([.. after.Ranks], DecidingCutoff), Users(book, after.Samples), (ulong)plan.Seed, plan.BootstrapDraws);
                var name = $"{Prefix(after)}/gain/{Deciding}";
                metrics.Add(new Metric(name, gain.Mean));
                Interval(metrics, name, gain);
            }
        }

        return metrics;
    }

    private static void Interval(List<Metric> metrics, string name, MeanInterval interval)
    {
        metrics.Add(new Metric($"{name}/low", interval.Low));
        metrics.Add(new Metric($"{name}/high", interval.High));
    }

    private static string Prefix(SweepRanks sweep) => sweep.Split.ToString().ToLowerInvariant() + sweep.Mode switch
    {
        ChainMode.None => "/no_chain",
        ChainMode.Given => "/permuted_chain",
        _ => "",
    };

    private static int[] Users(IPromptBook book, IReadOnlyList<SampleId> samples) => [.. samples.Select(book.User)];
}
