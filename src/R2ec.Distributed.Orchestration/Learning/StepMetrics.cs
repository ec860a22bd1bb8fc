using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.RecPo;
using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Orchestration.Learning;

/// <summary>The numbers of a train row that follow from the groups and the losses, in a fixed order.</summary>
internal static class StepMetrics
{
    internal static IReadOnlyList<Metric> Of(IReadOnlyList<ScoredGroup> groups, StepBatch batch, IReadOnlyList<ShardForward> forwards, ItemPart item, OptimizerStep optimizer)
    {
        var chains = groups.SelectMany(group => group.Rollout.Completions).ToArray();
        var rewards = groups.SelectMany(group => group.Rewards).ToArray();
        var values = groups.Select(group => group.Rewards.Select(reward => reward.Reward).ToArray()).ToArray();
        var metrics = new List<Metric>
        {
            new("reward/mean", rewards.Average(reward => reward.Reward)),
            new("reward/std", Deviation([.. rewards.Select(reward => reward.Reward)])),
            new("reward/best", values.Average(group => group.Max())),
            new("reward/similarity_mean", rewards.Average(reward => reward.SimilarityPart)),
            new("reward/ndcg_mean", rewards.Average(reward => reward.RankPart)),
            new("rollout/closed_fraction", Fraction(chains.Count(chain => chain.WroteMarker), chains.Length)),
            new("rollout/length_mean", chains.Average(chain => (double)chain.SampledCount)),
            new("rollout/entropy", chains.Average(chain => chain.MeanEntropy)),
            new("rollout/off_format_fraction", Fraction(rewards.Count(reward => reward.OffFormat), rewards.Length)),
            new("rollout/tokens", chains.Sum(chain => (double)chain.SampledCount)),
            new("group/degenerate_fraction", Fraction(values.Count(group => Advantages.IsDegenerate(group)), values.Length)),
            new("group/reward_std", values.Average(Deviation)),
            new("loss/token", forwards.Sum(forward => forward.TokenPart)),
            new("loss/item", item.Loss),
            new("item/probability", item.MeanProbability),
            new("clip/fraction", Fraction(forwards.Sum(forward => (long)forward.ClippedCount), batch.TrainedTokens)),
            new("gradient/norm", optimizer.GradientNorm),
        };
        if (optimizer.TokenNorm is { } token)
        {
            metrics.Add(new Metric("gradient/token_norm", token));
        }

        if (optimizer.ItemNorm is { } itemNorm)
        {
            metrics.Add(new Metric("gradient/item_norm", itemNorm));
        }

        metrics.Add(new Metric("learning_rate", optimizer.LearningRate));
        metrics.AddRange(Terms(rewards));
        return metrics;
    }

    // Every completion of a step has the same terms: they stand in the spec.
    private static IEnumerable<Metric> Terms(CompletionReward[] rewards)
    {
        var terms = rewards.FirstOrDefault()?.Terms ?? [];
        foreach (var (place, name) in terms.Select(term => term.Name).Index())
        {
            TermValue[] values = [.. rewards.Select(reward => reward.Terms![place])];
            TermValue[] scored = [.. values.Where(value => !value.IsRejected)];
            if (scored.Length > 0)
            {
                yield return new Metric($"reward/{name}/mean", scored.Average(value => value.Value));
            }

            yield return new Metric($"reward/{name}/rejected_fraction", Fraction(values.Length - scored.Length, values.Length));
        }
    }

    private static double Fraction(long part, long whole) => whole == 0 ? 0 : (double)part / whole;

    // With one degree of freedom less, as advantages have it.
    private static double Deviation(double[] values)
    {
        var mean = values.Average();
        return values.Length < 2 ? 0 : Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1));
    }
}
