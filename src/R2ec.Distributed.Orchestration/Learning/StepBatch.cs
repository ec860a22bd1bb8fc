using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.RecPo;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Core.Spec;

namespace R2ec.Distributed.Orchestration.Learning;

/// <summary>A step's groups as they are trained: advantages, weights, winners, shards, and which shard encodes which target. A pure function of groups and spec.</summary>
internal sealed record StepBatch(
    IReadOnlyList<ShardOrder> Shards,
    IReadOnlyList<int> Items,
    int[] TargetColumns,
    int[] Winners,
    double[] Advantages,
    long TrainedTokens)
{
    internal static StepBatch Of(int step, ExperimentSpec spec, IPromptBook book, IReadOnlyList<ScoredGroup> groups)
    {
        var recpo = spec.Recpo;
        var offPolicy = TrainingModes.IsOffPolicy(recpo);
        var kind = Kind(recpo.Advantage);
        var advantages = groups.Select(group => Core.RecPo.Advantages.Of([.. group.Rewards.Select(reward => reward.Reward)], kind)).ToArray();
        var counts = groups.SelectMany(group => group.Rollout.Completions).Select(chain => chain.WroteMarker || recpo.TrainTruncated ? chain.SampledCount : 0).ToArray();
        var scales = TokenWeights.Of(Aggregation(recpo.Aggregation), counts);
        var trained = new List<TrainedGroup>(groups.Count);
        var winners = new List<int>();
        var at = 0;
        foreach (var (index, group) in groups.Index())
        {
            winners.AddRange(Core.RecPo.Advantages.Winners(advantages[index], recpo.RelabelTopk).Select(winner => at + winner));
            var completions = new List<TrainedCompletion>();
            foreach (var (place, chain) in group.Rollout.Completions.Index())
            {
                completions.Add(new TrainedCompletion(chain.Tokens, counts[at], offPolicy ? chain.PolicyLogProbabilities : null, advantages[index][place], recpo.TokenWeight * scales[at]));
                at++;
            }

            trained.Add(new TrainedGroup(group.Rollout.Sample, completions));
        }

        var items = groups.Select(group => book.Target(group.Rollout.Sample)).Distinct().Order().ToArray();
        var columns = groups.SelectMany(group => Enumerable.Repeat(Array.BinarySearch(items, book.Target(group.Rollout.Sample)), group.Rollout.Completions.Count)).ToArray();
        var measure = spec.Learning.NormsEvery > 0 && (step == 1 || step % spec.Learning.NormsEvery == 0);
        return new StepBatch(Cut(step, spec.Learning.Shards, book, trained, measure), items, columns, [.. winners], [.. advantages.SelectMany(a => a)], counts.Sum(count => (long)count));
    }

    internal static AdvantageKind Kind(string name) => name switch
    {
        "grpo" => AdvantageKind.Grpo,
        "rloo" => AdvantageKind.Rloo,
        "dr_grpo" => AdvantageKind.DrGrpo,
        _ => throw new Core.InputException($"recpo.advantage '{name}' is none of grpo, rloo, dr_grpo."),
    };

    private static TokenAggregation Aggregation(string name) => name switch
    {
        "token_mean" => TokenAggregation.TokenMean,
        "sequence_mean" => TokenAggregation.SequenceMean,
        "token_sum" => TokenAggregation.TokenSum,
        _ => throw new Core.InputException($"recpo.aggregation '{name}' is none of token_mean, sequence_mean, token_sum."),
    };

    // Empty shards are left out: their gradient is zero, and adding zero changes no bit.
    private static List<ShardOrder> Cut(int step, int count, IPromptBook book, List<TrainedGroup> groups, bool measure)
    {
        var taken = new HashSet<int>();
        var shards = new List<ShardOrder>();
        foreach (var (shard, part) in Cuts.Apply(groups, Cuts.Shards(groups.Count, count)).Index().Where(pair => pair.Item.Count > 0))
        {
            int[] items = [.. part.Select(group => book.Target(group.Sample)).Where(taken.Add).Order()];
            shards.Add(new ShardOrder(step, shard, part, items, measure));
        }

        return shards;
    }
}
