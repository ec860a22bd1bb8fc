using R2ec.Distributed.Core.RecPo;
using R2ec.Distributed.Testing;

namespace R2ec.Distributed.Core.Tests.RecPo;

/// <summary>
/// The defect of the released code by numbers. Advantages of shape (B, 1, 1) meet ratios of shape (B, S): every advantage multiplies every completion.
/// The wrong formula is written here, gives the authors' numbers, and ours does not.
/// </summary>
public sealed class BroadcastDefectGolden
{
    [Fact]
    public void The_wrong_broadcast_gives_the_released_numbers_and_ours_does_not()
    {
        foreach (var one in Released())
        {
            var released = one.Json.GetProperty("released_code");
            var ours = ReferenceLosses.Token(one.New, one.Behaviour, one.Advantages, TokenAggregation.TokenMean, new SurrogateClip());
            var (loss, gradient) = Broadcast(one);
            var size = GoldenJson.Largest(ours.Gradient);

            GoldenJson.Close(released.Number("token_loss"), loss, 1e-15, $"{one.Name}, released token loss");
            GoldenJson.Close(released.Rows("d_logp_new"), gradient, 1e-15, $"{one.Name}, released token gradient");
            Assert.True(GoldenJson.Largest(gradient) < 1e-12 * size, $"{one.Name}: the released token gradient cancels");
            Assert.True(size > 1e-3, $"{one.Name}: ours does not");
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_released_item_part_is_the_mean_masked_advantage_times_everyones_ratio(int topk)
    {
        foreach (var one in Released())
        {
            var released = one.Json.GetProperty("released_code");
            var count = one.Advantages.Length;
            var mean = one.Winners(topk).Sum(i => one.Advantages[i]) / count;
            double[] everyone = [.. Enumerable.Repeat(mean, count)];
            // Everyone is treated as a winner with the same advantage: the sum over n of it is the released item loss.
            var wrong = ReferenceLosses.Item(one.ItemLogits, one.Targets, [.. Enumerable.Range(0, count)], everyone, new SurrogateClip());
            var ours = ReferenceLosses.Item(one.ItemLogits, one.Targets, one.Winners(topk), one.Advantages, new SurrogateClip());

            GoldenJson.Close(released.Number($"item_loss_topk_{topk}"), wrong.Loss, 1e-12, $"{one.Name}, released item loss");
            GoldenJson.Close(released.Rows($"d_item_logits_topk_{topk}"), wrong.Gradient, 1e-12, $"{one.Name}, released item gradient");
            var differs = ours.Gradient.Zip(wrong.Gradient, (a, b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max()).Max();
            Assert.True(differs > 1e-4 || GoldenJson.Largest(ours.Gradient) < 1e-15, $"{one.Name}: ours differs");
        }
    }

    [Fact]
    public void In_a_pair_of_opposite_advantages_the_gradients_have_opposite_signs()
    {
        var pair = Released().Find(c => c.Name == "pair_opposite");
        Assert.SkipWhen(pair is null, "The golden folder has no case pair_opposite.");

        foreach (var (_, aggregation) in LossCase.Aggregations)
        {
            var gradient = ReferenceLosses.Token(pair!.New, pair.Old, pair.Advantages, aggregation, new SurrogateClip()).Gradient;
            var better = pair.Advantages[0] > pair.Advantages[1] ? 0 : 1;
            Assert.All(gradient[better], g => Assert.True(g < 0));
            Assert.All(gradient[1 - better], g => Assert.True(g > 0));
        }
    }

    private static (double Loss, double[][] Gradient) Broadcast(LossCase one)
    {
        var count = one.Advantages.Length;
        var tokens = one.New.Sum(row => row.Length);
        var gradient = Array.ConvertAll(one.New, row => new double[row.Length]);
        var loss = 0.0;
        foreach (var advantage in one.Advantages)
        {
            for (var j = 0; j < count; j++)
            {
                for (var t = 0; t < gradient[j].Length; t++)
                {
                    loss -= advantage / ((double)count * tokens);
                    gradient[j][t] -= advantage / ((double)count * tokens);
                }
            }
        }

        return (loss, gradient);
    }

    private static List<LossCase> Released() =>
        [.. GoldenJson.Load(SharedFolder.Golden("recpo", "losses.json")).GetProperty("cases").EnumerateArray()
            .Where(c => c.IsPresent("released_code")).Select(c => new LossCase(c))];
}
