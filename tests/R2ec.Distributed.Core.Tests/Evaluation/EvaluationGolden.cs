using System.Text.Json;
using R2ec.Distributed.Core.Evaluation;
using R2ec.Distributed.Testing;

namespace R2ec.Distributed.Core.Tests.Evaluation;

/// <summary>Ranks exactly and metrics within 1e−13 against golden/recpo/evaluation.</summary>
public sealed class EvaluationGolden
{
    private const double Tolerance = 1e-13;

    [Fact]
    public void Every_rank_and_metric_is_the_golden_one()
    {
        var golden = GoldenJson.Load(SharedFolder.Golden("recpo", "evaluation.json"));
        var tensors = new SafetensorsReader(SharedFolder.Golden("recpo", "evaluation.safetensors"));

        foreach (var one in golden.GetProperty("cases").EnumerateArray())
        {
            var scores = tensors.Singles(one.Text("tensor"));
            var width = one.Whole("items") + 1;
            var targets = one.Wholes("targets");
            var histories = one.GetProperty("histories").EnumerateArray().Select(h => h.EnumerateArray().Select(x => x.GetInt32()).ToArray()).ToArray();
            int[] ranks = [.. targets.Select((target, u) => Ranks.Of(scores.AsSpan(u * width, width), target, histories[u]))];

            Assert.Equal(one.Wholes("ranks"), ranks);
            Check(one.GetProperty("metrics"), RankingMetrics.Of(ranks), one.Text("name"));
        }
    }

    [Fact]
    public void Every_single_rank_has_the_golden_metrics()
    {
        var golden = GoldenJson.Load(SharedFolder.Golden("recpo", "evaluation.json"));

        foreach (var one in golden.GetProperty("by_rank").EnumerateArray())
        {
            Check(one, RankingMetrics.Of([one.Whole("rank")]), $"rank {one.Whole("rank")}");
        }
    }

    private static void Check(JsonElement expected, RankingMetrics metrics, string what)
    {
        foreach (var name in RankingMetrics.Names)
        {
            GoldenJson.Close(expected.Number(name), metrics.ByName[name], Tolerance, $"{what}, {name}");
        }
    }
}
