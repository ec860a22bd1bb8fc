using System.Text.Json.Nodes;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Spec.Sections;
using R2ec.Distributed.Model.Learning;
using R2ec.Distributed.Testing;
using TorchSharp;
using static R2ec.Distributed.Model.Tests.Learning.Goldens;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Tests.Learning;

/// <summary>The tiny model's first step and its parts, put together from the classes that the engines use. Tolerances: 1e-10 in double, ten times the stored deviation in single.</summary>
public sealed class TinyRecPoGoldenTests
{
    private const double Exact = 1e-10;

    public static TheoryData<ScalarType> Types => [ScalarType.Float64, ScalarType.Float32];

    [Theory]
    [MemberData(nameof(Types))]
    public void Items_users_scores_rewards_and_probabilities_of_the_first_step_agree(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var tiny = Tiny.Open(type);
        var batch = tiny.Steps[0];
        var expected = tiny.Expected["step0_version0"]!;

        var hidden = tiny.EncodeCatalogue();
        var table = RecPoLoss.Normalised(hidden);
        var pass = tiny.Forward(batch);
        var digests = tiny.Score(batch, pass.Users_RH, table);
        double[] rewards = [.. digests.Select(digest => digest.Reward)];
        var advantages = batch.AdvantagesOf(rewards);
        var scores = TinyLosses.Scores(pass, tiny.Temperature);

        Close(tiny, "v0.item_hidden", hidden, "table_max_abs");
        Close(tiny, "v0.item_table", table, "table_max_abs");
        Close(tiny, "step0.user_hidden", pass.Users_RH, "table_max_abs");
        Close(tiny, "step0.scores", nn.functional.linear(RecPoLoss.Normalised(pass.Users_RH), table) / tiny.Temperature, "score");
        Close(tiny, "step0.in_batch_logits", scores, "score");
        var log = batch.ByCompletion(Numbers(pass.Log_K));
        const string prefix = "step0.logp.";
        foreach (var stored in tiny.Values.Names.Where(one => one.StartsWith(prefix, StringComparison.Ordinal)))
        {
            var completion = int.Parse(stored[prefix.Length..], System.Globalization.CultureInfo.InvariantCulture);
            Within(Furthest(tiny.Values.Widened(stored), log[completion]), Allowed(tiny, "logp_sum", 10), stored);
        }

        Assert.Equal([.. expected["digests"]!.AsArray().Select(digest => (int)digest!["rank"]!)], digests.Select(digest => digest.Rank));
        foreach (var (digest, own) in expected["digests"]!.AsArray().Zip(digests))
        {
            Assert.Equal(Ints(digest!["top_ids"]), own.TopIds.Take(Ints(digest["top_ids"]).Length));
        }

        Within(Furthest(Doubles(expected["reward"]), rewards), Allowed(tiny, "reward", 1), "rewards");
        Within(Furthest(Doubles(expected["advantage"]), advantages), Allowed(tiny, "advantage", 2), "advantages");
        Within(Furthest(Doubles(expected["item_p"]), TinyLosses.Probabilities(scores, pass.Columns)), Allowed(tiny, "item_p", 1), "p at the target");
        Assert.Equal(Ints(expected["batch_item_ids"]), pass.Items);
        Assert.Equal(Ints(expected["item_target_column"]), pass.Columns);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Losses_and_every_gradient_of_the_first_step_agree_in_every_variant(ScalarType type)
    {
        using var outer = NewDisposeScope();
        using var tiny = Tiny.Open(type);
        var batch = tiny.Steps[0];
        var expected = tiny.Expected["step0_version0"]!;
        var advantages = Advantages(tiny, batch);

        foreach (var (name, variant) in expected["variants"]!.AsObject())
        {
            var (kind, topk) = (name.Split('.')[0], int.Parse(name.Split(".top")[1], System.Globalization.CultureInfo.InvariantCulture));
            var off = kind == "off_policy" ? tiny.Inputs["off_policy_step0"] : null;
            var behaviour = off is null ? null : Flat(Rows(off["logp_behaviour"]));
            var winners = batch.WinnersOf(advantages, topk);
            Assert.Equal(Ints(variant!["winners"]), winners);
            foreach (var mode in variant.AsObject().Where(pair => pair.Value is JsonObject inner && inner["token_loss"] is not null).Select(pair => pair.Key))
            {
                using var scope = NewDisposeScope();
                var pass = tiny.Forward(batch);
                var token = TinyLosses.Token(batch, pass, advantages, mode, behaviour);
                var item = TinyLosses.Item(TinyLosses.Scores(pass, tiny.Temperature), pass, winners, advantages, off is null ? null : Doubles(off["item_p_old"]));
                token.backward(null, true, false, null);
                var tokenGradients = Taken(tiny);
                item.backward();
                var itemGradients = Taken(tiny);
                var whole = tokenGradients.ToDictionary(pair => pair.Key, pair => (double[])[.. pair.Value.Zip(itemGradients[pair.Key], (a, b) => a + b)]);

                var what = $"{name} {mode}";
                var losses = type == ScalarType.Float64 ? Exact : 10 * Deviations(tiny, "loss");
                Within(Math.Abs(token.ToDouble() - (double)variant[mode]!["token_loss"]!), losses, $"{what} token loss");
                Within(Math.Abs(item.ToDouble() - (double)variant["item_loss"]!), losses, $"{what} item loss");
                Within(Math.Abs(token.ToDouble() + item.ToDouble() - (double)variant[mode]!["loss"]!), losses, $"{what} loss");
                Norm((double)variant[mode]!["token_grad_norm"]!, tokenGradients, tiny, $"{what} token gradient norm");
                Norm((double)variant["item_grad_norm"]!, itemGradients, tiny, $"{what} item gradient norm");
                Norm((double)variant[mode]!["grad_norm"]!, whole, tiny, $"{what} gradient norm");
                foreach (var (parameter, norm) in variant[mode]!["grad_norm_by_parameter"]!.AsObject())
                {
                    // A single parameter's gradient can be far smaller than the whole, whose error it shares.
                    var slack = GradientTolerance(tiny) * Math.Max((double)variant[mode]!["grad_norm"]!, 1);
                    Within(Math.Abs(Length(whole[parameter]) - (double)norm!), slack, $"{what} |gradient of {parameter}|");
                }

                Gradients(tiny, $"grad.{kind}.top{topk}.{mode}.", whole);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void A_shard_pass_of_the_first_step_gives_the_golden_token_part_and_gradient(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var tiny = Tiny.Open(type);
        var batch = tiny.Steps[0];
        var advantages = Advantages(tiny, batch);
        using var pass = ShardPass.Run(tiny.Policy, Groups(batch, advantages, batch.Tokens), batch.Prompts, new RecPoSpec());
        var items = GroupedForward.LastHidden(tiny.Policy, [.. batch.Targets.Distinct().Order().Select(item => tiny.ItemPrompts[item - 1])]);
        int[] ids = [.. batch.Targets.Distinct().Order()];
        int[] columns = [.. Enumerable.Range(0, batch.Completions.Length).Select(row => Array.IndexOf(ids, batch.Targets[row / batch.Group]))];
        var scores = RecPoLoss.InBatchScores(pass.Users_RH, items, tiny.Temperature);
        var item = RecPoLoss.ItemPart(scores, columns, batch.WinnersOf(advantages, 1), advantages, null, TinyLosses.Low, TinyLosses.High).Loss;
        (pass.TokenPart + item).backward();

        var expected = tiny.Expected["step0_version0"]!["variants"]!["on_policy.top1"]!["token_mean"]!;
        Within(Math.Abs(pass.TokenPart.ToDouble() - (double)expected["token_loss"]!), type == ScalarType.Float64 ? Exact : 10 * Deviations(tiny, "loss"), "token part");
        Gradients(tiny, "grad.on_policy.top1.token_mean.", Taken(tiny));
        Assert.Equal(0, pass.ClippedCount);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Two_shards_in_two_phases_give_the_golden_partials_and_the_whole_gradient(ScalarType type)
    {
        using var outer = NewDisposeScope();
        using var tiny = Tiny.Open(type);
        Assert.SkipWhen(tiny.Expected["data_parallel"] is not JsonObject { Count: > 0 }, "this folder has no cases of two shards");
        foreach (var (name, one) in tiny.Expected["data_parallel"]!.AsObject())
        {
            using var scope = NewDisposeScope();
            var batch = tiny.Steps[(int)one!["step"]!];
            var advantages = Doubles(one["advantage"]);
            var shards = one["shards"]!.AsArray().Select(shard => Shard(tiny, batch, advantages, (int)one["token_count"]!, shard!)).ToArray();

            // Phase one's vectors in the step's order, the learner's part, and phase two.
            var users = cat([.. shards.Select(shard => shard.Pass.Users_RH.detach())], 0).requires_grad_();
            int[] ids = [.. shards.SelectMany(shard => shard.Items)];
            int[] ascending = [.. ids.Order()];
            var order = tensor(ascending.Select(id => (long)Array.IndexOf(ids, id)).ToArray());
            var items = cat([.. shards.Where(shard => shard.Hidden is not null).Select(shard => shard.Hidden!.detach())], 0).index_select(0, order).requires_grad_();
            int[] columns = [.. Enumerable.Range(0, batch.Completions.Length).Select(row => Array.IndexOf(ascending, batch.Targets[row / batch.Group]))];
            var scores = RecPoLoss.InBatchScores(users, items, tiny.Temperature);
            var loss = RecPoLoss.ItemPart(scores, columns, batch.WinnersOf(advantages, 1), advantages, null, TinyLosses.Low, TinyLosses.High).Loss;
            loss.backward();

            Close(tiny, $"dp.{name}.user_hidden", users, "table_max_abs");
            Close(tiny, $"dp.{name}.item_hidden", items, "table_max_abs");
            Close(tiny, $"dp.{name}.d_user_hidden", users.grad!, null);
            Close(tiny, $"dp.{name}.d_item_hidden", items.grad!, null);
            Within(Math.Abs(loss.ToDouble() - (double)one["item_loss"]!), type == ScalarType.Float64 ? Exact : 10 * Deviations(tiny, "loss"), $"{name} item loss");

            var total = new Dictionary<string, double[]>();
            var row = 0L;
            for (var s = 0; s < shards.Length; s++)
            {
                var rows = shards[s].Pass.Users_RH.size(0);
                var partial = shards[s].Pass.TokenPart + (shards[s].Pass.Users_RH * users.grad!.narrow(0, row, rows)).sum();
                row += rows;
                if (shards[s].Hidden is { } hidden)
                {
                    var own = tensor(shards[s].Items.Select(id => (long)Array.IndexOf(ascending, id)).ToArray());
                    partial = partial + (hidden * items.grad!.index_select(0, own)).sum();
                }

                partial.backward();
                var gradients = Taken(tiny);
                Gradients(tiny, $"dp.{name}.shard{s}.grad.", gradients);
                Norm((double)one["shards"]![s]!["grad_norm"]!, gradients, tiny, $"{name} shard {s} gradient norm");
                foreach (var (parameter, gradient) in gradients)
                {
                    total[parameter] = total.TryGetValue(parameter, out var before) ? [.. before.Zip(gradient, (a, b) => a + b)] : gradient;
                }

                shards[s].Pass.Dispose();
            }

            Norm((double)one["grad_norm"]!, total, tiny, $"{name} gradient norm of the sum");
        }
    }

    [Fact]
    public void The_released_code_gives_every_group_a_token_gradient_of_zero_and_we_do_not()
    {
        using var outer = NewDisposeScope();
        using var tiny = Tiny.Open(ScalarType.Float64);
        var released = tiny.Expected["released_code_step0"];
        Assert.SkipWhen(released is null, "this folder has no numbers of the released code");
        var batch = tiny.Steps[0];
        var advantages = Advantages(tiny, batch);
        for (var user = 0; user < batch.Prompts.Length; user++)
        {
            using var scope = NewDisposeScope();
            var one = batch.Only([user]);
            var pass = tiny.Forward(one);
            TinyLosses.Token(one, pass, advantages[(user * batch.Group)..((user + 1) * batch.Group)], "token_mean", null).backward();
            var norm = Length([.. Taken(tiny).Values.SelectMany(values => values)]);

            Within(Math.Abs(norm - Doubles(released!["token_grad_norm_ours_per_group"])[user]), Exact * norm, $"token gradient norm of group {user}");
            Assert.True(norm > 1e6 * Doubles(released["token_grad_norm_per_group"])[user]);
        }
    }

    private static (ShardPass Pass, int[] Items, Tensor? Hidden) Shard(Tiny tiny, TinyBatch batch, double[] advantages, int tokens, JsonNode shard)
    {
        var users = Ints(shard["users"]);
        var own = batch.Only(users);
        double[] part = [.. Ints(shard["completions"]).Select(i => advantages[i])];
        var pass = ShardPass.Run(tiny.Policy, Groups(own, part, tokens), own.Prompts, new RecPoSpec());
        Within(
            Math.Abs((-pass.TokenPart.ToDouble() * tokens) - (double)shard["token_surrogate_sum"]!), tokens * (tiny.Type == ScalarType.Float64 ? Exact : 10 * Deviations(tiny, "loss")), "surrogate sum");
        var items = Ints(shard["item_ids"]);
        return (pass, items, items.Length == 0 ? null : GroupedForward.LastHidden(tiny.Policy, [.. items.Select(item => tiny.ItemPrompts[item - 1])]));
    }

    private static TrainedGroup[] Groups(TinyBatch batch, double[] advantages, int tokens) =>
    [
        .. Enumerable.Range(0, batch.Prompts.Length).Select(user => new TrainedGroup(
            new SampleId(user),
            [.. Enumerable.Range(user * batch.Group, batch.Group).Select(i => new TrainedCompletion(batch.Completions[i], batch.Completions[i].Length, null, advantages[i], 1.0 / tokens))])),
    ];

    private static double[] Advantages(Tiny tiny, TinyBatch batch)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        return batch.AdvantagesOf([.. tiny.Score(batch, tiny.Forward(batch).Users_RH, RecPoLoss.Normalised(tiny.EncodeCatalogue())).Select(digest => digest.Reward)]);
    }

    private static Dictionary<string, double[]> Taken(Tiny tiny) => tiny.Tensors.Tensors.Zip(tiny.Tensors.TakeGradients(), (one, gradient) =>
    {
        using (gradient)
        {
            return (Name: Tiny.Bare(one.Name), Values: Numbers(gradient));
        }
    }).ToDictionary(pair => pair.Name, pair => pair.Values);

    private static void Gradients(Tiny tiny, string prefix, Dictionary<string, double[]> own)
    {
        var stored = own.Where(pair => tiny.Values.Has(prefix + pair.Key)).ToArray();
        if (stored.Length == 0)
        {
            return;
        }

        Assert.Equal(own.Count, stored.Length);
        double[] expected = [.. stored.SelectMany(pair => tiny.Values.Widened(prefix + pair.Key))];
        Within(RelativeL2(expected, [.. stored.SelectMany(pair => pair.Value)]), GradientTolerance(tiny), $"{prefix} relative L2");
    }

    private static void Norm(double expected, Dictionary<string, double[]> gradients, Tiny tiny, string what) =>
        Within(Math.Abs(Length([.. gradients.Values.SelectMany(values => values)]) - expected), GradientTolerance(tiny) * Math.Max(1, expected), what);

    private static double Length(double[] values) => Math.Sqrt(values.Sum(x => x * x));

    private static void Close(Tiny tiny, string name, Tensor own, string? deviation)
    {
        Assert.SkipUnless(tiny.Values.Has(name), $"this folder has no {name}");
        Assert.Equal(tiny.Values.Shape(name).Select(x => (long)x), own.shape);
        var expected = tiny.Values.Widened(name);
        if (deviation is null || tiny.Type == ScalarType.Float64)
        {
            Within(RelativeL2(expected, Numbers(own)), GradientTolerance(tiny), $"{name} relative L2");
        }
        else
        {
            // Stored deviations are of table rows of length 1 and of scores; hidden states are longer.
            Within(Furthest(expected, Numbers(own)), 10 * Deviations(tiny, deviation) * Math.Max(1, expected.Max(Math.Abs)), name);
        }
    }

    private static double GradientTolerance(Tiny tiny) => tiny.Type == ScalarType.Float64 ? Exact : 10 * Deviations(tiny, "first_gradient_relative_l2");

    private static double Allowed(Tiny tiny, string deviation, double size) => tiny.Type == ScalarType.Float64 ? Exact * size : 10 * Deviations(tiny, deviation);

    /// <summary>The largest stored deviation of a name over all runs and steps.</summary>
    internal static double Deviations(Tiny tiny, string name) => tiny.Expected["runs"]!.AsObject()
        .Select(run => run.Value!["float32_deviation"]![name]!)
        .Max(value => value is JsonArray row ? Doubles(row).Max() : (double)value);
}
