using System.Text.Json;
using R2ec.Distributed.Core.RecPo;
using R2ec.Distributed.Testing;

namespace R2ec.Distributed.Core.Tests.RecPo;

/// <summary>Digests and rewards against golden/recpo/rewards: ids and ranks exactly, double values within 1e−13 of max(1, |value|).</summary>
public sealed class RewardsGolden
{
    private const double Tolerance = 1e-13;

    [Fact]
    public void Every_digest_and_reward_is_the_golden_one()
    {
        var golden = GoldenJson.Load(SharedFolder.Golden("recpo", "rewards.json"));
        var tensors = new SafetensorsReader(SharedFolder.Golden("recpo", "rewards.safetensors"));
        var (beta, topCount) = (golden.Number("beta"), golden.Whole("top_k_digest"));

        foreach (var catalogue in golden.GetProperty("cases").EnumerateArray())
        {
            var scores = tensors.Singles(catalogue.Text("tensor"));
            var width = catalogue.Whole("items") + 1;
            var row = 0;
            foreach (var completion in catalogue.GetProperty("completions").EnumerateArray())
            {
                var digest = ScoreDigests.Of(scores.AsSpan(row * width, width), completion.Whole("target"), completion.Wholes("history"), topCount);
                Check(completion, digest, beta, $"{catalogue.Text("name")}, completion {row}");
                row++;
            }
        }
    }

    [Fact]
    public void Every_rank_has_the_golden_gain()
    {
        var golden = GoldenJson.Load(SharedFolder.Golden("recpo", "rewards.json"));

        foreach (var entry in golden.GetProperty("ndcg_1000_by_rank").EnumerateObject())
        {
            GoldenJson.Close(entry.Value.GetDouble(), Rewards.Ndcg(int.Parse(entry.Name)), Tolerance, $"rank {entry.Name}");
        }
    }

    private static void Check(JsonElement completion, ScoreDigest digest, double beta, string what)
    {
        var expected = completion.GetProperty("digest");
        Assert.Equal(expected.Whole("rank"), digest.Rank);
        Assert.Equal((float)expected.Number("target_score"), digest.TargetScore);
        Assert.Equal(expected.Wholes("top_ids"), digest.TopIds);
        Assert.Equal(expected.Numbers("top_scores"), Array.ConvertAll(digest.TopScores, s => (double)s));
        var logSumExp = expected.Number("log_sum_exp");
        GoldenJson.Close(logSumExp, digest.LogSumExp, Tolerance * Math.Max(1, Math.Abs(logSumExp)), $"{what}, log-sum-exp");
        // Similarity is exp of a difference of numbers as large as the log-sum-exp: its last bits come along where scores are huge.
        var share = Math.Max(Tolerance, 2 * (Math.BitIncrement(Math.Abs(logSumExp)) - Math.Abs(logSumExp)));
        GoldenJson.Close(completion.Number("similarity"), Rewards.Similarity(digest), share, $"{what}, similarity");
        GoldenJson.Close(completion.Number("ndcg_1000"), Rewards.Ndcg(digest.Rank), Tolerance, $"{what}, ndcg@1000");
        GoldenJson.Close(completion.Number("ndcg_10"), Rewards.Ndcg(digest.Rank, 10), Tolerance, $"{what}, ndcg@10");
        GoldenJson.Close(completion.Number("reward_1000"), Rewards.Fused(digest, beta), share, $"{what}, reward with K = 1000");
        GoldenJson.Close(completion.Number("reward_10"), Rewards.Fused(digest, beta, 10), share, $"{what}, reward with K = 10");
    }
}
