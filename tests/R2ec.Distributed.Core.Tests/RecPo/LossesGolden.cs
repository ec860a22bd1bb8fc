using System.Text.Json;
using R2ec.Distributed.Core.RecPo;
using R2ec.Distributed.Testing;

namespace R2ec.Distributed.Core.Tests.RecPo;

/// <summary>The scalar reference losses against golden/recpo/losses.json: values and gradients, within 1e−12 relative.</summary>
public sealed class LossesGolden
{
    [Fact]
    public void The_token_part_is_the_golden_one_under_every_aggregation()
    {
        foreach (var one in Cases(out var clip))
        {
            foreach (var (name, aggregation) in LossCase.Aggregations)
            {
                var loss = ReferenceLosses.Token(one.New, one.Old, one.Advantages, aggregation, clip, one.Correction);
                Check(one.Token.GetProperty(name), "d_logp_new", loss, $"{one.Name}, {name}");
            }
        }
    }

    [Fact]
    public void Surrogates_and_clipped_counts_are_the_golden_ones()
    {
        foreach (var one in Cases(out var clip))
        {
            var ratios = one.Token.Rows("ratios");
            var weights = one.Correction;
            var values = ratios.Select((row, i) => row.Select((r, t) => Surrogate.Value(r, one.Advantages[i], clip) * (weights?[i][t] ?? 1.0)).ToArray()).ToArray();
            GoldenJson.Close(one.Token.Rows("surrogate"), values, 1e-12 * Math.Max(1, GoldenJson.Largest(values)), $"{one.Name}, surrogate");
            Assert.Equal(one.Token.Whole("clipped"), ratios.Select((row, i) => row.Count(r => Surrogate.IsClipped(r, one.Advantages[i], clip))).Sum());
            Assert.Equal(one.Token.Whole("tokens"), ratios.Sum(row => row.Length));
        }
    }

    [Fact]
    public void The_item_part_is_the_golden_one_for_every_top_k()
    {
        foreach (var one in Cases(out var clip))
        {
            foreach (var (topk, expected) in TopKs(one))
            {
                var winners = one.Winners(topk);
                Assert.Equal(expected.Wholes("winners"), winners);
                var loss = ReferenceLosses.Item(one.ItemLogits, one.Targets, winners, one.Advantages, clip, one.OldProbabilities);
                Check(expected, "d_item_logits", loss, $"{one.Name}, top-{topk}");
            }
        }
    }

    [Fact]
    public void Totals_are_token_part_plus_item_part()
    {
        foreach (var one in Cases(out var clip))
        {
            foreach (var (topk, _) in TopKs(one))
            {
                var item = ReferenceLosses.Item(one.ItemLogits, one.Targets, one.Winners(topk), one.Advantages, clip, one.OldProbabilities);
                foreach (var (name, aggregation) in LossCase.Aggregations)
                {
                    var token = ReferenceLosses.Token(one.New, one.Old, one.Advantages, aggregation, clip, one.Correction);
                    var tolerance = LossCase.Tolerance(token.Loss, token.Gradient) + LossCase.Tolerance(item.Loss, item.Gradient);
                    GoldenJson.Close(one.Json.GetProperty($"total_topk_{topk}").Number(name), token.Loss + item.Loss, tolerance, $"{one.Name}, {name}, top-{topk}");
                }
            }
        }
    }

    [Fact]
    public void Sampler_corrections_are_the_golden_ones()
    {
        foreach (var one in Cases(out _).Where(c => c.Correction is not null))
        {
            GoldenJson.Close(one.Json.Rows("tis_weights"), one.Correction!, 1e-14, one.Name);
        }
    }

    [Fact]
    public void A_symmetric_clip_has_its_own_golden_values()
    {
        var clip = new SurrogateClip(0.2, 0.2);
        foreach (var one in Cases(out _).Where(c => c.Json.IsPresent("token_clip_02_02")))
        {
            foreach (var (name, aggregation) in LossCase.Aggregations)
            {
                var expected = one.Json.GetProperty("token_clip_02_02").GetProperty(name);
                var loss = ReferenceLosses.Token(one.New, one.Old, one.Advantages, aggregation, clip);
                Check(expected, "d_logp_new", loss, $"{one.Name}, {name}, clip 0.2");
            }
        }
    }

    private static void Check(JsonElement expected, string gradientName, ReferenceLoss loss, string what)
    {
        var value = expected.ValueKind == JsonValueKind.Number ? expected.GetDouble() : expected.Number("loss");
        var tolerance = LossCase.Tolerance(value, loss.Gradient);
        GoldenJson.Close(value, loss.Loss, tolerance, $"{what}, loss");
        if (expected.ValueKind == JsonValueKind.Object && expected.IsPresent(gradientName))
        {
            GoldenJson.Close(expected.Rows(gradientName), loss.Gradient, tolerance, $"{what}, gradient");
        }
    }

    private static IEnumerable<(int TopK, JsonElement Expected)> TopKs(LossCase one) =>
        one.Json.GetProperty("item").EnumerateObject().Where(p => p.Name.StartsWith("topk_", StringComparison.Ordinal)).Select(p => (int.Parse(p.Name[5..]), p.Value));

    private static List<LossCase> Cases(out SurrogateClip clip)
    {
        var golden = GoldenJson.Load(SharedFolder.Golden("recpo", "losses.json"));
        clip = new SurrogateClip(golden.Number("epsilon_low"), golden.Number("epsilon_high"));
        return [.. golden.GetProperty("cases").EnumerateArray().Select(c => new LossCase(c))];
    }
}
