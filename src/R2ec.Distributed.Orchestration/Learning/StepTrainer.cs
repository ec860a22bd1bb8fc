using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Runs;
using R2ec.Distributed.Core.Spec;

namespace R2ec.Distributed.Orchestration.Learning;

/// <summary>
/// Trains one step: shards forward, the item loss over the whole step, shards backward, one optimizer step. The same code serves a live run and its
/// proof, so a replay can prove bits. The result depends on groups, spec and weights alone, not on who computes which shard.
/// </summary>
/// <param name="spec">The run's spec.</param>
/// <param name="book">Its data set in tokens.</param>
/// <param name="learner">The policy of record.</param>
/// <param name="shards">Who computes shards.</param>
public sealed class StepTrainer(ExperimentSpec spec, IPromptBook book, ILearnerEngine learner, IShardRunner shards)
{
    /// <summary>Trains a step.</summary>
    /// <param name="step">RL step, from 1.</param>
    /// <param name="policy">Digest of the weights that it trains.</param>
    /// <param name="groups">Its groups in the order of the plan.</param>
    /// <param name="stop">Ends it between two parts; what the learner holds is then unchanged or unknown.</param>
    public async Task<TrainedStep> TrainAsync(int step, Digest policy, IReadOnlyList<ScoredGroup> groups, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(groups);
        var batch = StepBatch.Of(step, spec, book, groups);
        var forwards = await Task.WhenAll(batch.Shards.Select(order => shards.ForwardAsync(policy, order, stop))).ConfigureAwait(false);
        var width = forwards[0].Users.Length / batch.Shards[0].Groups.Sum(group => group.Completions.Count);
        var item = await learner.ItemPartAsync(Users(forwards), Items(batch, forwards, width), batch.TargetColumns, batch.Winners, batch.Advantages, stop).ConfigureAwait(false);
        var gradients = await Task.WhenAll(Backward(batch, item, width, stop)).ConfigureAwait(false);
        var optimizer = await learner.ApplyAsync(step, gradients, stop).ConfigureAwait(false);
        await shards.ForgetAsync(stop).ConfigureAwait(false);
        var metrics = StepMetrics.Of(groups, batch, forwards, item, optimizer);
        return new TrainedStep(optimizer.Weights, spec.Recpo.PartialRollouts ? [.. metrics, .. TokenVersions.Metrics([.. groups.Select(group => group.Rollout)])] : metrics);
    }

    private IEnumerable<Task<ShardGradient>> Backward(StepBatch batch, ItemPart item, int width, CancellationToken stop)
    {
        var first = 0;
        foreach (var order in batch.Shards)
        {
            var count = order.Groups.Sum(group => group.Completions.Count);
            var users = item.UserGradients.AsSpan(first * width, count * width).ToArray();
            first += count;
            var items = new byte[order.Items.Count * width];
            foreach (var (row, id) in order.Items.Index())
            {
                item.ItemGradients.AsSpan(Column(batch, id) * width, width).CopyTo(items.AsSpan(row * width));
            }

            yield return shards.BackwardAsync(order, new VectorGradients(users, items), stop);
        }
    }

    private static byte[] Users(ShardForward[] forwards)
    {
        var all = new byte[forwards.Sum(forward => forward.Users.Length)];
        var first = 0;
        foreach (var forward in forwards)
        {
            forward.Users.CopyTo(all, first);
            first += forward.Users.Length;
        }

        return all;
    }

    private static byte[] Items(StepBatch batch, ShardForward[] forwards, int width)
    {
        var all = new byte[batch.Items.Count * width];
        foreach (var (order, forward) in batch.Shards.Zip(forwards))
        {
            foreach (var (row, id) in order.Items.Index())
            {
                forward.Items.AsSpan(row * width, width).CopyTo(all.AsSpan(Column(batch, id) * width));
            }
        }

        return all;
    }

    private static int Column(StepBatch batch, int item) => Array.BinarySearch((int[])batch.Items, item);
}
