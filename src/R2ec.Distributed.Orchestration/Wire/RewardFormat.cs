using MessagePack;
using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Orchestration.Wire;

/// <summary>A completion's reward. Terms stand in a fifth place that is written only where a spec has them: payloads without terms keep their bytes.</summary>
internal static class RewardFormat
{
    private const int Plain = 4, WithTerms = 5;

    internal static void Put(ref MessagePackWriter writer, CompletionReward reward)
    {
        writer.WriteArrayHeader(reward.Terms is null ? Plain : WithTerms);
        writer.Write(reward.Reward);
        writer.Write(reward.RankPart);
        writer.Write(reward.SimilarityPart);
        writer.Write(reward.OffFormat);
        if (reward.Terms is { } terms)
        {
            writer.List(terms, Put);
        }
    }

    internal static CompletionReward Reward(ref MessagePackReader reader)
    {
        var hasTerms = reader.Fields(Plain, WithTerms);
        var reward = new CompletionReward(reader.ReadDouble(), reader.ReadDouble(), reader.ReadDouble(), reader.ReadBoolean());
        return hasTerms ? reward with { Terms = reader.List(Value) } : reward;
    }

    private static void Put(ref MessagePackWriter writer, TermValue value)
    {
        writer.WriteArrayHeader(3);
        writer.Put(value.Name);
        writer.Write(value.Value);
        writer.Put(value.Rejected);
    }

    private static TermValue Value(ref MessagePackReader reader)
    {
        reader.Fields(3);
        return new TermValue(reader.Text(), reader.ReadDouble(), reader.Text());
    }
}
