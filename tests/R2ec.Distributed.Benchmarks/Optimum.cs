using R2ec.Distributed.Core.Evaluation;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Data.Quickstart;
using R2ec.Distributed.Node.Composition;
using R2ec.Distributed.Node.Specs;

/// <summary>The best that any ranker could do in the quickstart's world: exact filtering of theme and style.</summary>
internal static class Optimum
{
    public static void Run(string path, string[] sets)
    {
        using var run = RunAssembly.Of(RunAssembly.Resolve(SpecFile.Read(path, sets).Sound()), null);
        var optimum = new QuickstartOptimum(run.Set);
        var scores = new float[run.Set.ItemCount + 1];
        foreach (var split in new[] { Split.Valid, Split.Test })
        {
            var ranks = run.Set.Samples(split).Select((sample, i) =>
            {
                optimum.Scores(run.Set.History(sample), scores);
                return Ranks.Of(scores, run.Set.Target(sample).Item, [.. run.Set.WindowOf(sample).ToArray().Select(e => e.Item)]);
            }).ToArray();
            Console.WriteLine($"{split}: optimum ndcg@10 {RankingMetrics.Of(ranks).ByName["ndcg@10"]:0.0000} over {ranks.Length} samples");
        }
    }
}
