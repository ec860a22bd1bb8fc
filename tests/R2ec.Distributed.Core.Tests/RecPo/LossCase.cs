using System.Text.Json;
using R2ec.Distributed.Core.RecPo;

namespace R2ec.Distributed.Core.Tests.RecPo;

/// <summary>One case of golden/recpo/losses.json.</summary>
internal sealed record LossCase(JsonElement Json)
{
    public static readonly (string Name, TokenAggregation Aggregation)[] Aggregations =
        [("token_mean", TokenAggregation.TokenMean), ("sequence_mean", TokenAggregation.SequenceMean), ("token_sum", TokenAggregation.TokenSum)];

    public string Name => Json.Text("name");

    public double[][] New => Json.Rows("logp_new");

    public double[][] Behaviour => Json.Rows("logp_behaviour");

    /// <summary>The ratio's denominator: the trainer's own old policy where the case has one.</summary>
    public double[][] Old => Json.IsPresent("logp_old_trainer") ? Json.Rows("logp_old_trainer") : Behaviour;

    public double[] Advantages => Json.Numbers("advantages");

    public int[] Targets => Json.Wholes("item_targets");

    public double[][] ItemLogits => Json.Rows("item_logits");

    public double[]? OldProbabilities => Json.IsPresent("item_p_old") ? Json.Numbers("item_p_old") : null;

    public JsonElement Token => Json.GetProperty("token");

    /// <summary>The sampler correction by its definition, not by the stored weights.</summary>
    public double[][]? Correction => !Json.IsPresent("tis_cap")
        ? null
        : [.. Old.Zip(Behaviour, (old, behaviour) => old.Zip(behaviour, (o, b) => Math.Min(Math.Exp(o - b), Json.Number("tis_cap"))).ToArray())];

    /// <summary>The winners of each group for a top-k, as indices into the batch.</summary>
    public int[] Winners(int topk)
    {
        var advantages = Advantages;
        return [.. Json.Wholes("groups").Select((group, i) => (group, i)).GroupBy(x => x.group, x => x.i).SelectMany(members =>
            Core.RecPo.Advantages.Winners(members.Select(i => advantages[i]).ToArray(), topk).Select(w => members.ElementAt(w)))];
    }

    /// <summary>The bound of the README: 1e−12 relative to the larger of the loss and the largest gradient.</summary>
    public static double Tolerance(double loss, double[][] gradient) => 1e-12 * Math.Max(Math.Abs(loss), GoldenJson.Largest(gradient));
}
