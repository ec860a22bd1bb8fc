using System.Text.Json.Nodes;
using R2ec.Distributed.Core.RecPo;
using R2ec.Distributed.Model.Learning;
using R2ec.Distributed.Model.Optimizers;
using R2ec.Distributed.Testing;
using TorchSharp;
using static R2ec.Distributed.Model.Tests.Learning.Goldens;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Tests.Learning;

/// <summary>The tiny model's runs of several AdamW steps: every metric of every step, and the parameters after the last.</summary>
public sealed class TinyRunsGoldenTests
{
    public static TheoryData<string, ScalarType> Runs() => Named("runs");

    public static TheoryData<string, ScalarType> Whole() => Named("full_fine_tuning");

    [Theory]
    [MemberData(nameof(Runs))]
    public void A_run_gives_the_golden_metrics_and_parameters(string name, ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var tiny = Tiny.Open(type);
        var run = tiny.Expected["runs"]![name]!;
        using var optimizer = new AdamW(tiny.Tensors, Options(tiny, 0));
        var before = Parameters(tiny);

        var table = Train(tiny, run, optimizer, run["options"]!, run["float32_deviation"]!);

        var after = Parameters(tiny);
        var update = Length([.. before.SelectMany(pair => pair.Value.Zip(after[pair.Key], (b, a) => a - b))]);
        var tolerance = type == ScalarType.Float64 ? 1e-9 : 10 * (double)run["float32_deviation"]!["parameters_relative_l2_of_update"]!;
        var stored = before.Keys.Where(parameter => tiny.Values.Has($"after3.{name}.{parameter}")).ToArray();
        if (stored.Length > 0)
        {
            Assert.Equal(before.Count, stored.Length);
            double[] differences = [.. stored.SelectMany(parameter => tiny.Values.Widened($"after3.{name}.{parameter}").Zip(after[parameter], (e, a) => a - e))];
            Within(Length(differences) / update, tolerance, $"{name} parameters, relative to the update");
        }

        foreach (var (parameter, sums) in run["parameters_after"]!.AsObject())
        {
            // A difference of L2 norm d moves a norm by at most d and a sum by at most √n d.
            var own = after[parameter];
            Within(Math.Abs(Length(own) - (double)sums!["l2"]!), tolerance * Math.Max(1, update), $"{name} |{parameter}|");
            Within(Math.Abs(own.Sum() - (double)sums["sum"]!), tolerance * Math.Max(1, update) * Math.Sqrt(own.Length), $"{name} sum of {parameter}");
        }

        if (tiny.Values.Has($"after3.{name}.item_table"))
        {
            var allowed = type == ScalarType.Float64 ? 1e-9 : 10 * (double)run["float32_deviation"]!["table_max_abs"]!;
            using var quiet = no_grad();
            Within(Furthest(tiny.Values.Widened($"after3.{name}.item_table"), Numbers(table)), allowed, $"{name} item table");
        }
    }

    [Theory]
    [MemberData(nameof(Whole))]
    public void Full_fine_tuning_gives_the_golden_gradients_and_parameters(string name, ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var tiny = Tiny.Open(type, adapted: false);
        var run = tiny.Expected["full_fine_tuning"]![name]!;
        var deviation = run["float32_deviation"]!;
        using var optimizer = new AdamW(tiny.Tensors, Options(tiny, (double)run["weight_decay"]!));
        var gradientTolerance = type == ScalarType.Float64 ? 1e-10 : 10 * (double)deviation["gradient_relative_l2"]!;

        Train(tiny, run, optimizer, new JsonObject { ["kind"] = "on_policy", ["refresh"] = "after_reward", ["mode"] = "token_mean", ["relabel_topk"] = 1 }, deviation, gradients =>
        {
            var whole = Length([.. gradients.Values.SelectMany(values => values)]);
            foreach (var (parameter, norm) in run["grad_norm_by_parameter"]!.AsObject())
            {
                Within(Math.Abs(Length(gradients[parameter]) - (double)norm!), gradientTolerance * Math.Max(1, whole), $"{name} |gradient of {parameter}|");
                var sum = (double)run["grad_sum_by_parameter"]![parameter]!;
                Within(Math.Abs(gradients[parameter].Sum() - sum), 10 * gradientTolerance * Math.Max(1, whole) * Math.Sqrt(gradients[parameter].Length), $"{name} sum of the gradient of {parameter}");
            }
        });

        var after = Parameters(tiny);
        Assert.Equal(run["parameters_after"]!.AsObject().Count, after.Count);
        foreach (var (parameter, sums) in run["parameters_after"]!.AsObject())
        {
            Within(Math.Abs(Length(after[parameter]) - (double)sums!["l2"]!), type == ScalarType.Float64 ? 1e-9 : 10 * (double)deviation["l2_max_abs"]!, $"{name} |{parameter}|");
            Within(Math.Abs(after[parameter].Sum() - (double)sums["sum"]!), type == ScalarType.Float64 ? 1e-9 : 10 * (double)deviation["sum_max_abs"]!, $"{name} sum of {parameter}");
        }
    }

    /// <summary>Runs the steps, comparing as it goes, and answers with the item table after the last.</summary>
    private static Tensor Train(Tiny tiny, JsonNode run, AdamW optimizer, JsonNode options, JsonNode deviation, Action<Dictionary<string, double[]>>? seen = null)
    {
        var (stale, early) = ((string)options["kind"]! == "stale", (string)options["refresh"]! == "before_reward");
        var mode = (string)options["mode"]!;
        var expected = run["steps"]!.AsArray();
        var old = stale ? expected.Select((_, s) => Old(tiny, tiny.Steps[s])).ToArray() : null;
        var table = RecPoLoss.Normalised(tiny.EncodeCatalogue());
        var versions = new int[tiny.ItemPrompts.Length];
        for (var s = 0; s < expected.Count; s++)
        {
            using var scope = NewDisposeScope();
            var (batch, row) = (tiny.Steps[(int)expected[s]!["step"]!], expected[s]!);
            var pass = tiny.Forward(batch);
            if (early)
            {
                Refresh(table, versions, pass, s);
            }

            Assert.Equal(Ints(row["table_row_versions_used_for_scores"]), versions);
            var digests = tiny.Score(batch, pass.Users_RH, table);
            double[] rewards = [.. digests.Select(digest => digest.Reward)];
            var advantages = batch.AdvantagesOf(rewards);
            var winners = batch.WinnersOf(advantages, (int)options["relabel_topk"]!);
            var scores = TinyLosses.Scores(pass, tiny.Temperature);
            var token = TinyLosses.Token(batch, pass, advantages, mode, old?[s].Log);
            var item = TinyLosses.Item(scores, pass, winners, advantages, old?[s].Probabilities);
            (token + item).backward();
            var gradients = tiny.Tensors.TakeGradients();
            seen?.Invoke(tiny.Tensors.Tensors.Zip(gradients).ToDictionary(pair => Tiny.Bare(pair.First.Name), pair => Numbers(pair.Second)));
            var norm = optimizer.Step(gradients, (double)tiny.Expected["optimizer"]!["lr"]!, (double)tiny.Expected["optimizer"]!["max_grad_norm"]!);
            if (!early)
            {
                Refresh(table, versions, pass, s);
            }

            foreach (var gradient in gradients)
            {
                gradient.Dispose();
            }

            // A stored deviation of nearly nothing (a loss that is a sum of zeros) still leaves single precision its last bits.
            double Allowed(string key, double size) => tiny.Type == ScalarType.Float64
                ? (s == 0 ? 1e-10 : 1e-9) * Math.Max(1, size)
                : 10 * Math.Max(Deviation(tiny, deviation, key), 1e-7 * Math.Max(1, size));
            var what = $"step {s}";
            Assert.Equal(Ints(row["winners"]), winners);
            Assert.Equal(Ints(row["batch_item_ids"]), pass.Items);
            Assert.Equal(Ints(row["item_target_column"]), pass.Columns);
            foreach (var (digest, own) in row["digests"]!.AsArray().Zip(digests))
            {
                Assert.Equal((int)digest!["rank"]!, own.Rank);
                Assert.Equal(Ints(digest["top_ids"]), own.TopIds.Take(Ints(digest["top_ids"]).Length));
                Within(Math.Abs((double)digest["target_score"]! - own.TargetScore), Allowed("score", Math.Abs(own.TargetScore)), $"{what} target score");
                Within(Math.Abs((double)digest["log_sum_exp"]! - own.LogSumExp), Allowed("score", Math.Abs(own.LogSumExp)), $"{what} log-sum-exp");
            }

            Within(Furthest(Doubles(row["reward"]), rewards), Allowed("reward", 1), $"{what} rewards");
            Within(Furthest(Doubles(row["advantage"]), advantages), Allowed("advantage", 2), $"{what} advantages");
            Within(Furthest(Doubles(row["item_p"]), TinyLosses.Probabilities(scores, pass.Columns)), Allowed("item_p", 1), $"{what} p");
            var log = Numbers(pass.Log_K);
            Within(Furthest(Doubles(row["logp_sum"]), [.. batch.ByCompletion(log).Select(one => one.Sum())]), Allowed("logp_sum", 100), $"{what} log-probability sums");
            Within(Math.Abs((double)row["token_loss"]! - token.ToDouble()), Allowed("token_loss", 1), $"{what} token loss");
            Within(Math.Abs((double)row["item_loss"]! - item.ToDouble()), Allowed("item_loss", 1), $"{what} item loss");
            Within(Math.Abs((double)row["loss"]! - token.ToDouble() - item.ToDouble()), Allowed("loss", 1), $"{what} loss");
            Within(Math.Abs((double)row["grad_norm"]! - norm), Allowed("grad_norm", norm), $"{what} gradient norm");
            var ratios = old is null ? [1.0] : log.Zip(old[s].Log, (a, b) => Math.Exp(a - b)).ToArray();
            Within(Math.Abs((double)row["ratio_min"]! - ratios.Min()), Allowed("logp_sum", 1), $"{what} least ratio");
            Within(Math.Abs((double)row["ratio_max"]! - ratios.Max()), Allowed("logp_sum", ratios.Max()), $"{what} greatest ratio");
            if (old is not null)
            {
                var clip = new SurrogateClip(TinyLosses.Low, TinyLosses.High);
                Assert.Equal((int)row["clipped_tokens"]!, batch.PerToken(advantages).Zip(ratios).Count(pair => Surrogate.IsClipped(pair.Second, pair.First, clip)));
            }
        }

        return table;
    }

    private static void Refresh(Tensor table_NH, int[] versions, TinyPass pass, int version)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        table_NH.index_copy_(0, tensor(pass.Items.Select(item => item - 1L).ToArray()), RecPoLoss.Normalised(pass.Items_MH.detach()));
        foreach (var item in pass.Items)
        {
            versions[item - 1] = version;
        }
    }

    private static (double[] Log, double[] Probabilities) Old(Tiny tiny, TinyBatch batch)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var pass = tiny.Forward(batch);
        return (Numbers(pass.Log_K), TinyLosses.Probabilities(TinyLosses.Scores(pass, tiny.Temperature), pass.Columns));
    }

    /// <summary>The run's largest deviation of a metric: one step's alone may be small by luck.</summary>
    private static double Deviation(Tiny tiny, JsonNode deviation, string key) => deviation[key] switch
    {
        JsonArray row => Doubles(row).Max(),
        { } one => (double)one,
        null => TinyRecPoGoldenTests.Deviations(tiny, key),
    };

    private static AdamWOptions Options(Tiny tiny, double decay)
    {
        var stored = tiny.Expected["optimizer"]!;
        return new AdamWOptions { Beta1 = Doubles(stored["betas"])[0], Beta2 = Doubles(stored["betas"])[1], Epsilon = (double)stored["eps"]!, WeightDecay = decay };
    }

    private static Dictionary<string, double[]> Parameters(Tiny tiny) => tiny.Tensors.Masters.ToDictionary(pair => Tiny.Bare(pair.Key), pair => Numbers(pair.Value));

    private static double Length(double[] values) => Math.Sqrt(values.Sum(x => x * x));

    private static TheoryData<string, ScalarType> Named(string section)
    {
        var path = SharedFolder.GoldenPath("recpo", "tiny", "expected.json");
        string[] names = File.Exists(path) && Read(path)[section] is JsonObject runs ? [.. runs.Select(pair => pair.Key)] : ["none"];
        return [.. names.SelectMany(name => new[] { (name, ScalarType.Float64), (name, ScalarType.Float32) })];
    }
}
