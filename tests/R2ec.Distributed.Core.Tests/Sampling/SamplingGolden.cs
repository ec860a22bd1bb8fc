using R2ec.Distributed.Core.Sampling;
using R2ec.Distributed.Testing;

namespace R2ec.Distributed.Core.Tests.Sampling;

/// <summary>Filters against golden/models/sampling: ids exactly (counts where the border of top-p splits a tie), log-probabilities within 2e−6 relative.</summary>
public sealed class SamplingGolden
{
    private const double Tolerance = 2e-6;

    [Fact]
    public void Every_filter_keeps_the_golden_tokens()
    {
        var golden = GoldenJson.Load(SharedFolder.Golden("models", "sampling", "golden.json"));
        var tensors = new SafetensorsReader(SharedFolder.Golden("models", "sampling", "golden.safetensors"));
        var logits = tensors.Singles("logits");
        var vocabulary = tensors.Shape("logits")[1];
        var sampler = new TokenSampler();

        foreach (var one in golden.GetProperty("cases").EnumerateArray())
        {
            var name = one.Text("name");
            var filter = new SamplingFilter(one.Number("temperature"), one.Whole("top_k"), one.Number("top_p"));
            var kept = sampler.Kept(logits.AsSpan(one.Whole("row") * vocabulary, vocabulary), filter);
            var splitsTie = one.IsPresent("top_p_border_splits_a_tie") && one.GetProperty("top_p_border_splits_a_tie").GetBoolean();

            Assert.True(one.Whole("kept") == kept.Ids.Length, $"{name}: {kept.Ids.Length} tokens stay instead of {one.Whole("kept")}");
            var expected = Ordered(Array.ConvertAll(tensors.Longs($"{name}.ids"), id => (int)id), tensors.Widened($"{name}.log_probs"));
            var actual = Ordered(kept.Ids, kept.LogProbabilities);
            if (splitsTie)
            {
                expected = [.. expected.OrderByDescending(x => x.LogProbability)];
                actual = [.. actual.OrderByDescending(x => x.LogProbability)];
            }
            else
            {
                Assert.Equal(expected.Select(x => x.Id), actual.Select(x => x.Id));
            }

            for (var i = 0; i < actual.Length; i++)
            {
                GoldenJson.Close(
                    expected[i].LogProbability, actual[i].LogProbability, Tolerance * Math.Max(1, Math.Abs(expected[i].LogProbability)), $"{name}, candidate {i}");
            }
        }
    }

    private static (int Id, double LogProbability)[] Ordered(int[] ids, double[] logProbabilities) => [.. ids.Zip(logProbabilities).OrderBy(x => x.First)];
}
