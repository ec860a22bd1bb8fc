using R2ec.Distributed.Core.Evaluation;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Data;
using R2ec.Distributed.Data.Baselines;

namespace R2ec.Distributed.Node.Composition;

/// <summary>
/// The model-free scorers on the samples that the policy is measured on. Each family's setting is chosen on validation and that one alone is measured on
/// test.
/// </summary>
internal sealed class Baselines(DataSet set, PromptBook book, ExperimentSpec spec) : IBaselines
{
    private const string Deciding = "ndcg@10";

    /// <inheritdoc/>
    public Task<IReadOnlyList<(string Name, IReadOnlyDictionary<string, double> Metrics)>> MeasureAsync(CancellationToken stop) =>
        Task.Factory.StartNew(() => Measure(stop), stop, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private IReadOnlyList<(string Name, IReadOnlyDictionary<string, double> Metrics)> Measure(CancellationToken stop)
    {
        var best = new Dictionary<string, (IScorer Scorer, int[] Ranks, double Value)>();
        var order = new List<string>();
        foreach (var scorer in Scorers.Candidates(set))
        {
            var ranks = RanksOf(scorer, Split.Valid, stop);
            var value = RankingMetrics.Of(ranks).ByName[Deciding];
            if (!best.TryGetValue(scorer.Name, out var before))
            {
                order.Add(scorer.Name);
            }

            if (before.Scorer is null || value > before.Value)
            {
                best[scorer.Name] = (scorer, ranks, value);
            }
        }

        return [.. order.Select(name => (name, (IReadOnlyDictionary<string, double>)Row(best[name].Scorer, best[name].Ranks, stop)))];
    }

    private Dictionary<string, double> Row(IScorer scorer, int[] valid, CancellationToken stop)
    {
        var row = new Dictionary<string, double>();
        Add(row, Split.Valid, valid);
        Add(row, Split.Test, RanksOf(scorer, Split.Test, stop));
        return row;
    }

    private void Add(Dictionary<string, double> row, Split split, int[] ranks)
    {
        var prefix = split == Split.Valid ? "valid/" : "test/";
        foreach (var (name, value) in RankingMetrics.Of(ranks).ByName)
        {
            row[prefix + name] = value;
        }

        var users = Measured(split).Select(s => book.User(s)).ToArray();
        foreach (var (name, terms) in new[] { (Deciding, RankingMetrics.Gains(ranks, 10)), ("hr@10", RankingMetrics.Hits(ranks, 10)) })
        {
            var interval = Bootstrap.Interval(terms, users, (ulong)spec.Seed, spec.Evaluation.BootstrapDraws);
            (row[$"{prefix}{name}/low"], row[$"{prefix}{name}/high"]) = (interval.Low, interval.High);
        }
    }

    private int[] RanksOf(IScorer scorer, Split split, CancellationToken stop)
    {
        var scores = new float[set.ItemCount + 1];
        var samples = Measured(split);
        var ranks = new int[samples.Length];
        for (var i = 0; i < ranks.Length; i++)
        {
            stop.ThrowIfCancellationRequested();
            scorer.Score(set.WindowOf(book.Of(samples[i])), scores);
            ranks[i] = Ranks.Of(scores, book.Target(samples[i]), book.Seen(samples[i]));
        }

        return ranks;
    }

    private SampleId[] Measured(Split split) => MeasuredSamples.Of(book, split, spec.Evaluation.Samples);
}
