using MessagePack;
using R2ec.Distributed.Core.Runs;

namespace R2ec.Distributed.Orchestration.Wire;

/// <summary>
/// A plan's numbers, in the order of their keys. Mode and bound stand behind them where the mode is not sync, and behind these whether rollouts are partial where
/// they are: every other plan has the bytes that it always had.
/// </summary>
internal static class PlanFormat
{
    private const int FieldCount = 22;
    private const int FieldCountOffPolicy = 24;
    private const int FieldCountPartial = 25;

    internal static void Put(this ref MessagePackWriter writer, RunPlan plan)
    {
        long[] numbers =
        [
            plan.Seed, plan.WarmStartSteps, plan.WarmStartCheckpointEvery, plan.Steps, plan.Batch, plan.GroupSize, plan.BundleGroups, plan.BundleItems,
            plan.BundleUsers, plan.RefreshEvery, plan.Shards, plan.EvaluateEvery, plan.EvaluationSamples, plan.InterimSamples, plan.BootstrapDraws,
            plan.Patience, plan.CheckpointEvery, plan.CheckpointKeep, plan.ItemCount, plan.TrainCount, plan.ValidCount, plan.TestCount,
        ];
        writer.WriteArrayHeader(plan.Mode == TrainingMode.Sync ? FieldCount : plan.PartialRollouts ? FieldCountPartial : FieldCountOffPolicy);
        foreach (var number in numbers)
        {
            writer.Write(number);
        }

        if (plan.Mode != TrainingMode.Sync)
        {
            writer.Write((int)plan.Mode);
            writer.Write(plan.MaxStaleness);
            if (plan.PartialRollouts)
            {
                writer.Write(true);
            }
        }
    }

    internal static RunPlan Plan(this ref MessagePackReader reader)
    {
        var count = reader.ReadArrayHeader();
        if (count is not (FieldCount or FieldCountOffPolicy or FieldCountPartial))
        {
            throw new MessagePackSerializationException($"A plan has {FieldCount}, {FieldCountOffPolicy} or {FieldCountPartial} fields, not {count}.");
        }

        var plan = new RunPlan
        {
            Seed = reader.ReadInt64(),
            WarmStartSteps = reader.ReadInt32(),
            WarmStartCheckpointEvery = reader.ReadInt32(),
            Steps = reader.ReadInt32(),
            Batch = reader.ReadInt32(),
            GroupSize = reader.ReadInt32(),
            BundleGroups = reader.ReadInt32(),
            BundleItems = reader.ReadInt32(),
            BundleUsers = reader.ReadInt32(),
            RefreshEvery = reader.ReadInt32(),
            Shards = reader.ReadInt32(),
            EvaluateEvery = reader.ReadInt32(),
            EvaluationSamples = reader.ReadInt32(),
            InterimSamples = reader.ReadInt32(),
            BootstrapDraws = reader.ReadInt32(),
            Patience = reader.ReadInt32(),
            CheckpointEvery = reader.ReadInt32(),
            CheckpointKeep = reader.ReadInt32(),
            ItemCount = reader.ReadInt32(),
            TrainCount = reader.ReadInt32(),
            ValidCount = reader.ReadInt32(),
            TestCount = reader.ReadInt32(),
        };
        plan = count == FieldCount ? plan : plan with { Mode = reader.Choice<TrainingMode>(), MaxStaleness = reader.ReadInt32() };
        return count == FieldCountPartial ? plan with { PartialRollouts = reader.ReadBoolean() } : plan;
    }
}
