using System.Text.Json.Nodes;
using R2ec.Distributed.Core.RecPo;
using R2ec.Distributed.Model.Learning;
using R2ec.Distributed.Testing;
using TorchSharp;
using static R2ec.Distributed.Model.Tests.Learning.Goldens;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Tests.Learning;

/// <summary>The tensor losses against batches of given log-probabilities. Tolerances are relative to max(|loss|, largest gradient), as the README says.</summary>
public sealed class LossesGoldenTests
{
    private static readonly (string Name, TokenAggregation Aggregation)[] Modes =
    [
        ("token_mean", TokenAggregation.TokenMean), ("sequence_mean", TokenAggregation.SequenceMean), ("token_sum", TokenAggregation.TokenSum),
    ];

    public static TheoryData<string, ScalarType> Cases()
    {
        var path = SharedFolder.GoldenPath("recpo", "losses.json");
        string[] names = File.Exists(path) ? [.. Read(path)["cases"]!.AsArray().Select(one => (string)one!["name"]!)] : ["none"];
        return [.. names.SelectMany(name => new[] { (name, ScalarType.Float64), (name, ScalarType.Float32) })];
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_token_part_and_its_gradient_agree_in_every_aggregation(string name, ScalarType type)
    {
        var (file, one) = Case(name);
        var token = one["token"]!;

        foreach (var (mode, aggregation) in Modes.Where(mode => token[mode.Name] is not null))
        {
            var (loss, gradient) = TokenPart(one, aggregation, type, (double)file["epsilon_low"]!, (double)file["epsilon_high"]!);

            Agree(token[mode]!, "d_logp_new", loss, gradient, type, $"{name} {mode}");
        }

        if (one["token_clip_02_02"] is { } symmetric)
        {
            foreach (var (mode, aggregation) in Modes.Where(mode => symmetric[mode.Name] is JsonValue))
            {
                var (loss, gradient) = TokenPart(one, aggregation, type, 0.2, 0.2);

                Assert.Equal(Flat(Rows(one["logp_new"])).Length, gradient.Length);
                Within(Math.Abs(loss - (double)symmetric[mode]!), Tolerance(type), $"{name} {mode} clipped at 0.2 on both sides");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Ratios_and_surrogates_of_every_token_agree(string name, ScalarType type)
    {
        var (file, one) = Case(name);
        using var scope = NewDisposeScope();
        var rows = Rows(one["logp_new"]);
        var ratio = RecPoLoss.Ratio(tensor(Flat(rows)).to_type(type), tensor(Old(one)).to_type(type));
        var advantage = tensor(PerToken(rows, Doubles(one["advantages"]))).to_type(type);

        var surrogate = RecPoLoss.Surrogate(ratio, advantage, (double)file["epsilon_low"]!, (double)file["epsilon_high"]!, null);

        var expected = Flat(Rows(one["token"]!["ratios"]));
        Within(Relative(expected, Numbers(ratio)), Tolerance(type), $"{name} ratios");
        if (one["token"]!["surrogate"] is { } surrogates)
        {
            var weights = one["tis_weights"] is { } tis ? Flat(Rows(tis)) : null;
            var own = Numbers(surrogate).Select((value, k) => value * (weights?[k] ?? 1)).ToArray();
            Within(Relative(Flat(Rows(surrogates)), own), Tolerance(type), $"{name} surrogates");
        }

        if (type == ScalarType.Float64)
        {
            Assert.Equal((int)one["token"]!["outside_low"]!, Numbers(ratio).Count(r => r < 1 - (double)file["epsilon_low"]!));
            Assert.Equal((int)one["token"]!["outside_high"]!, Numbers(ratio).Count(r => r > 1 + (double)file["epsilon_high"]!));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_item_part_and_its_gradient_agree_for_every_number_of_winners(string name, ScalarType type)
    {
        var (file, one) = Case(name);
        var advantages = Doubles(one["advantages"]);
        var groups = Ints(one["groups"]);

        foreach (var (key, expected) in one["item"]!.AsObject().Where(pair => pair.Key.StartsWith("topk_", StringComparison.Ordinal)))
        {
            var winners = Winners(advantages, groups, int.Parse(key["topk_".Length..], System.Globalization.CultureInfo.InvariantCulture));
            Assert.Equal(Ints(expected!["winners"]), winners);

            using var scope = NewDisposeScope();
            var logits = Matrix(Rows(one["item_logits"]), type).requires_grad_();
            var old = one["item_p_old"] is { } given ? Doubles(given) : null;
            var (loss, probabilities) = RecPoLoss.ItemPart(
                logits, Ints(one["item_targets"]), winners, advantages, old, (double)file["epsilon_low"]!, (double)file["epsilon_high"]!);
            loss.backward();

            Agree(expected, "d_item_logits", loss.ToDouble(), Numbers(logits.grad!), type, $"{name} {key}");
            var all = Doubles(one["item"]!["p"]);
            Within(Relative([.. winners.Select(w => all[w])], Numbers(probabilities)), Tolerance(type), $"{name} {key} p");
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_whole_loss_is_the_sum_of_its_parts(string name, ScalarType type)
    {
        var (file, one) = Case(name);
        var (low, high) = ((double)file["epsilon_low"]!, (double)file["epsilon_high"]!);
        var advantages = Doubles(one["advantages"]);

        foreach (var (key, totals) in one.AsObject().Where(pair => pair.Key.StartsWith("total_topk_", StringComparison.Ordinal)))
        {
            var winners = Winners(advantages, Ints(one["groups"]), int.Parse(key["total_topk_".Length..], System.Globalization.CultureInfo.InvariantCulture));
            using var scope = NewDisposeScope();
            var item = RecPoLoss.ItemPart(
                Matrix(Rows(one["item_logits"]), type), Ints(one["item_targets"]), winners, advantages, one["item_p_old"] is { } p ? Doubles(p) : null, low, high).Loss.ToDouble();
            foreach (var (mode, aggregation) in Modes.Where(mode => totals![mode.Name] is not null))
            {
                var (token, _) = TokenPart(one, aggregation, type, low, high);

                Within(Math.Abs(token + item - (double)totals![mode]!) / Math.Max(1, Math.Abs(token) + Math.Abs(item)), Tolerance(type), $"{name} {key} {mode}");
            }
        }
    }

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    public void Padding_changes_neither_loss_nor_gradient(ScalarType type)
    {
        var file = Golden();
        Assert.SkipUnless(file["padding"] is JsonArray { Count: > 0 }, "this folder has no padding cases");
        var one = Find(file, (string)file["padding_of"]!);
        foreach (var padded in file["padding"]!.AsArray())
        {
            var keep = padded!["mask"]!.AsArray().SelectMany(row => row!.AsArray().Select(Truth)).ToArray();
            foreach (var (mode, aggregation) in Modes.Where(mode => one["token"]![mode.Name] is not null))
            {
                using var scope = NewDisposeScope();
                var rows = Rows(one["logp_new"]);
                var cells = tensor(Flat(Rows(padded["logp_new"]))).to_type(type).requires_grad_();
                var places = tensor(Enumerable.Range(0, keep.Length).Where(at => keep[at]).Select(at => (long)at).ToArray());
                var behaviour = tensor(Flat(Rows(padded["logp_behaviour"]))).to_type(type).index_select(0, places);
                var loss = RecPoLoss.TokenPart(
                    cells.index_select(0, places), behaviour, tensor(PerToken(rows, Doubles(one["advantages"]))).to_type(type),
                    tensor(Scales(rows, aggregation, null)).to_type(type), (double)file["epsilon_low"]!, (double)file["epsilon_high"]!, null);
                loss.backward();

                var gradient = Numbers(cells.grad!);
                Assert.All(Enumerable.Range(0, keep.Length).Where(at => !keep[at]), at => Assert.Equal(0, gradient[at]));
                Agree(one["token"]![mode]!, "d_logp_new", loss.ToDouble(), [.. gradient.Where((_, at) => keep[at])], type, $"{padded["name"]} {mode}");
            }
        }
    }

    [Fact]
    public void The_released_code_computes_something_else()
    {
        var file = Golden();
        var cases = file["cases"]!.AsArray().Where(one => one!["released_code"]?["d_logp_new"] is not null).ToArray();
        Assert.SkipWhen(cases.Length == 0, "this folder has no numbers of the released code");

        foreach (var one in cases)
        {
            var (_, gradient) = TokenPart(one!, TokenAggregation.TokenMean, ScalarType.Float64, (double)file["epsilon_low"]!, (double)file["epsilon_high"]!);
            var theirs = Flat(Rows(one!["released_code"]!["d_logp_new"]));
            Assert.True(Furthest(theirs, gradient) > 1e-6, $"{one["name"]}: the gradient is that of the released code");
        }
    }

    [Fact]
    public void Two_opposite_completions_pull_in_opposite_directions()
    {
        var file = Golden();
        var pair = file["cases"]!.AsArray().FirstOrDefault(one => (string)one!["name"]! == "pair_opposite");
        Assert.SkipWhen(pair is null, "this folder has no pair_opposite");

        var (_, gradient) = TokenPart(pair!, TokenAggregation.TokenMean, ScalarType.Float64, (double)file["epsilon_low"]!, (double)file["epsilon_high"]!);

        var first = Rows(pair!["logp_new"])[0].Length;
        Assert.All(gradient[..first], one => Assert.All(gradient[first..], other => Assert.True(one * other < 0)));
    }

    private static (double Loss, double[] Gradient) TokenPart(JsonNode one, TokenAggregation aggregation, ScalarType type, double low, double high)
    {
        using var scope = NewDisposeScope();
        var rows = Rows(one["logp_new"]);
        var log = tensor(Flat(rows)).to_type(type).requires_grad_();
        // The sampler's correction is a constant factor of each token, as the completion's scale is.
        var scale = tensor(Scales(rows, aggregation, one["tis_weights"] is { } tis ? Flat(Rows(tis)) : null)).to_type(type);
        var loss = RecPoLoss.TokenPart(log, tensor(Old(one)).to_type(type), tensor(PerToken(rows, Doubles(one["advantages"]))).to_type(type), scale, low, high, null);
        loss.backward();
        return (loss.ToDouble(), log.grad is { } gradient ? Numbers(gradient) : new double[Flat(rows).Length]);
    }

    private static void Agree(JsonNode expected, string key, double loss, double[] gradient, ScalarType type, string what)
    {
        var reference = Flat(Rows(expected[key]));
        var size = Math.Max(Math.Abs((double)expected["loss"]!), reference.Length == 0 ? 0 : reference.Max(Math.Abs));
        var scale = size == 0 ? 1 : size;
        Within(Math.Abs(loss - (double)expected["loss"]!) / scale, Tolerance(type), $"{what} {type} loss");
        Within(Furthest(reference, gradient) / scale, Tolerance(type), $"{what} {type} gradient");
    }

    private static double Relative(double[] expected, double[] actual) => Furthest(expected, actual) / Math.Max(1, expected.Length == 0 ? 0 : expected.Max(Math.Abs));

    private static double Tolerance(ScalarType type) => type == ScalarType.Float64 ? 1e-12 : 1e-5;

    private static double[] Old(JsonNode one) => Flat(Rows(one["logp_old_trainer"] ?? one["logp_behaviour"]));

    private static double[] PerToken(double[][] rows, double[] perRow) => [.. rows.SelectMany((row, i) => Enumerable.Repeat(perRow[i], row.Length))];

    private static double[] Scales(double[][] rows, TokenAggregation aggregation, double[]? factors)
    {
        var scales = PerToken(rows, TokenWeights.Of(aggregation, [.. rows.Select(row => row.Length)]));
        return factors is null ? scales : [.. scales.Zip(factors, (scale, factor) => scale * factor)];
    }

    private static int[] Winners(double[] advantages, int[] groups, int topk) =>
    [
        .. Enumerable.Range(0, groups.Length).GroupBy(i => groups[i]).OrderBy(group => group.Key).SelectMany(group =>
        {
            int[] members = [.. group];
            return Advantages.Winners([.. members.Select(i => advantages[i])], topk).Select(w => members[w]);
        }),
    ];

    private static Tensor Matrix(double[][] rows, ScalarType type) => tensor(Flat(rows), [rows.Length, rows[0].Length]).to_type(type);

    private static bool Truth(JsonNode? cell) => cell!.GetValueKind() switch
    {
        System.Text.Json.JsonValueKind.True => true,
        System.Text.Json.JsonValueKind.False => false,
        _ => cell.GetValue<double>() != 0,
    };

    private static JsonNode Golden() => Read(SharedFolder.Golden("recpo", "losses.json"));

    private static JsonNode Find(JsonNode file, string name) => file["cases"]!.AsArray().First(one => (string)one!["name"]! == name)!;

    private static (JsonNode File, JsonNode Case) Case(string name)
    {
        var file = Golden();
        return (file, Find(file, name));
    }
}
