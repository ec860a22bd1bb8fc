using System.Globalization;
using System.Text.Json;
using R2ec.Distributed.Node.Reports;

namespace R2ec.Distributed.Node.Tests.Reports;

/// <summary>A report of a made-up run.</summary>
internal static class MadeUpReport
{
    /// <summary>Text that would be markup if it were not escaped.</summary>
    public const string Hostile = "<script>alert('x')</script><img src=\"https://example.org/x.png\"> & \"quotes\"";

    /// <summary>A run of so many steps.</summary>
    public static RunReport Of(int steps, string title) => new(
        "made-up", "Completed", steps, steps, new string('a', 64), DateTimeOffset.UnixEpoch, [.. Rows(steps)], [.. Chains(steps, title)], $"seed: 1 # {title}", "seed: 1", new Dictionary<string, string> { ["mkl_cbwr"] = title });

    private static IEnumerable<MetricsRow> Rows(int steps)
    {
        foreach (var (name, value) in new[] { ("popularity", 0.019), ("last_item", 0.03), ("co_occurrence", 0.06), ("markov", 0.066) })
        {
            yield return Row($$"""{"phase":"baseline","step":0,"baseline":"{{name}}","valid/ndcg@10":{{N(value)}},"valid/hr@10":{{N(value * 2)}},"test/ndcg@10":{{N(value * 1.1)}},"test/hr@10":{{N(value * 1.9)}}}""");
        }

        for (var step = 25; step <= 250; step += 25)
        {
            yield return Row($$"""{"phase":"warm_start","step":{{step}},"loss/token":{{N(3.0 * 25 / step)}},"loss/item":{{N(4.0 * 40 / (step + 20))}}}""");
        }

        for (var step = 0; step <= steps; step++)
        {
            if (step > 0)
            {
                var wave = Math.Sin(step * 1.7) * 0.02;
                var norms = step % 20 == 0 ? $",\"gradient/token_norm\":{N(0.25 + wave)},\"gradient/item_norm\":{N(0.4 + wave)}" : "";
                yield return Row($$"""{"phase":"train","step":{{step}},"reward/mean":{{N(0.39 + (0.1 * step / steps) + wave)}},"rollout/closed_fraction":{{N(1 - Math.Abs(wave) / 4)}},"group/degenerate_fraction":{{N(0.14 * step / steps)}},"rollout/length_mean":{{N(15 + wave * 30)}},"rollout/entropy":{{N(0.6 * Math.Exp(-step / 120.0))}},"clip/fraction":0,"gradient/norm":{{N(0.5 + wave)}}{{norms}},"loss/token":{{N(-0.01 + wave)}},"loss/item":{{N(1.2 - 0.3 * step / steps)}},"time/step_s":0.48,"time/rollout_s":{{N(0.2 + wave)}},"time/train_s":0.25,"time/journal_s":0.03}""");
            }

            if (step % 20 == 0)
            {
                var value = 0.29 + (0.15 * step / steps);
                var ends = step == 0 || step == steps
                    ? $",\"valid/hr@10\":{N(value * 1.6)},\"valid/no_chain/ndcg@10\":0.05,\"valid/no_chain/ndcg@10/low\":0.03,\"valid/no_chain/ndcg@10/high\":0.07,\"valid/permuted_chain/ndcg@10\":0.04,\"test/ndcg@10\":{N(value - 0.01)},\"test/hr@10\":{N(value * 1.5)},\"test/no_chain/ndcg@10\":0.06"
                    : "";
                var gain = step == steps ? ",\"valid/gain/ndcg@10\":0.15,\"valid/gain/ndcg@10/low\":0.1,\"valid/gain/ndcg@10/high\":0.2,\"test/gain/ndcg@10\":0.004,\"test/gain/ndcg@10/low\":-0.001,\"test/gain/ndcg@10/high\":0.009" : "";
                yield return Row($$"""{"phase":"evaluate","step":{{step}},"valid/ndcg@10":{{N(value)}},"valid/ndcg@10/low":{{N(value - 0.05)}},"valid/ndcg@10/high":{{N(value + 0.05)}}{{ends}}{{gain}}}""");
            }
        }
    }

    private static IEnumerable<ChainSample> Chains(int steps, string title) => Enumerable.Range(0, 24).Select(i => new ChainSample(
        "train", steps - (i % 3), i % 4, i / 24.0, 25 - i, i % 7 != 0, [title, "woven stove", "brass rod"], $"oak tent {title}", ["oak tent", title], $"A stove means camping. {title} Next: rustic camping <answer>"));

    private static MetricsRow Row(string json) => new(JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!);

    private static string N(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
