using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Core.Spec.Sections;
using R2ec.Distributed.Model.Checkpoints;
using R2ec.Distributed.Model.Engines;
using R2ec.Distributed.Model.Optimizers;
using R2ec.Distributed.Model.Tests.Learning;
using R2ec.Distributed.Testing;
using TorchSharp;
using static R2ec.Distributed.Model.Tests.Learning.Goldens;

namespace R2ec.Distributed.Model.Tests.Engines;

/// <summary>The golden tiny model through the engines themselves, bytes in and bytes out, in float32: ten times the stored deviations.</summary>
public sealed class TinyEnginesGoldenTests : IDisposable
{
    private readonly Tiny _tiny = Tiny.Open(torch.ScalarType.Float32);
    private readonly TinyBook _book;
    private readonly Toy _toy = new(Toy.Small);
    private readonly string _adapter = SharedFolder.Golden("recpo", "tiny", "adapter", "adapter_model.safetensors");

    public TinyEnginesGoldenTests() => _book = new TinyBook(_tiny);

    [Fact]
    public async Task Two_phases_over_shards_give_the_golden_vectors_and_partial_gradients()
    {
        Assert.SkipWhen(_tiny.Expected["data_parallel"] is null, "this folder has no cases of shards");
        foreach (var (name, one) in _tiny.Expected["data_parallel"]!.AsObject())
        {
            var shards = one!["shards"]!.AsArray();
            using var context = Context(shards.Count);
            await using var run = new ToyRun(context, _toy.Folder, workers: 2);
            await BeginAsync(run, context);
            var groups = _book.Groups((int)one["step"]!, Doubles(one["advantage"]));
            var cut = run.Orders(1, groups);
            Assert.SkipUnless(cut.Zip(shards).All(pair => pair.First.Groups.Count == Ints(pair.Second!["users"]).Length), "the golden shards are cut otherwise");
            Assert.All(cut.Zip(shards), pair => Assert.Equal(Ints(pair.Second!["item_ids"]), pair.First.Items));

            var (forwards, item, gradients) = await run.GradientsAsync(1, groups);

            var vectors = 10 * Deviation("table_max_abs");
            var gradient = 10 * Deviation("first_gradient_relative_l2");
            Within(Furthest(_tiny.Values.Widened($"dp.{name}.user_hidden"), [.. forwards.SelectMany(forward => ToyRun.Singles(forward.Users))]), vectors * 10, $"{name} users");
            Within(RelativeL2(_tiny.Values.Widened($"dp.{name}.d_user_hidden"), ToyRun.Singles(item.UserGradients)), gradient, $"{name} gradients of users");
            Within(RelativeL2(_tiny.Values.Widened($"dp.{name}.d_item_hidden"), ToyRun.Singles(item.ItemGradients)), gradient, $"{name} gradients of items");
            Within(Math.Abs(item.Loss - (double)one["item_loss"]!), 10 * Deviation("item_loss"), $"{name} item loss");
            for (var s = 0; s < gradients.Length; s++)
            {
                Within(RelativeL2(Stored($"dp.{name}.shard{s}.grad."), ToyRun.Singles(gradients[s].Gradient)), gradient, $"{name} gradient of shard {s}");
            }

            var step = await run.Learner.ApplyAsync(1, gradients, default);
            Within(Math.Abs(step.GradientNorm - (double)one["grad_norm"]!), 10 * Deviation("grad_norm"), $"{name} gradient norm");
        }
    }

    [Fact]
    public async Task Steps_with_the_golden_advantages_give_the_golden_parameters()
    {
        const string name = "on_policy";
        Assert.SkipWhen(_tiny.Expected["runs"]?[name] is null, "this folder has no on-policy run");
        var golden = _tiny.Expected["runs"]![name]!;
        using var context = Context(2);
        await using var run = new ToyRun(context, _toy.Folder);
        await BeginAsync(run, context);

        foreach (var one in golden["steps"]!.AsArray())
        {
            var s = (int)one!["step"]!;
            await run.LoadAsync();
            var (_, item, gradients) = await run.GradientsAsync(s + 1, _book.Groups(s, Doubles(one["advantage"])));
            var step = await run.Learner.ApplyAsync(s + 1, gradients, default);

            Within(Math.Abs(item.Loss - (double)one["item_loss"]!), 10 * Deviation("item_loss"), $"step {s} item loss");
            Within(Math.Abs(step.GradientNorm - (double)one["grad_norm"]!), 10 * Deviation("grad_norm"), $"step {s} gradient norm");
        }

        var digest = await run.LoadAsync();
        var own = Numbers(Path.Combine(_toy.Place("weights"), $"{digest}.safetensors"));
        var (before, expected) = (Numbers(_adapter), Stored($"after3.{name}."));
        var update = Math.Sqrt(before.Zip(expected, (b, e) => (e - b) * (e - b)).Sum());
        var away = Math.Sqrt(expected.Zip(own, (e, o) => (o - e) * (o - e)).Sum());
        Within(away / update, 10 * (double)golden["float32_deviation"]!["parameters_relative_l2_of_update"]!, "parameters, relative to the update");
    }

    [Fact]
    public async Task The_rollout_engine_ranks_the_golden_chains_as_they_are_ranked()
    {
        var expected = _tiny.Expected["step0_version0"]!["digests"]!.AsArray();
        using var context = Context(1);
        await using var run = new ToyRun(context, _toy.Folder);
        await BeginAsync(run, context);
        await run.EncodeAsync();
        var batch = _tiny.Steps[0];
        SampleId[] samples = [.. Enumerable.Range(0, batch.Completions.Length).Select(i => new SampleId(i / batch.Group))];

        var measured = await run.Rollouts.MeasureAsync(new EvaluationBundle(samples, ChainMode.Given, batch.Completions), default);

        Assert.Equal(expected.Select(digest => (int)digest!["rank"]!), measured.Select(user => user.Rank));
        Assert.All(expected.Zip(measured), pair => Assert.Equal(Ints(pair.First!["top_ids"]), pair.Second.TopItems.Take(Ints(pair.First["top_ids"]).Length)));
    }

    public void Dispose()
    {
        _toy.Dispose();
        _tiny.Dispose();
    }

    private double Deviation(string name) => TinyRecPoGoldenTests.Deviations(_tiny, name);

    private PolicyContext Context(int shards)
    {
        var options = _tiny.Adapter!.Options;
        var optimizer = _tiny.Expected["optimizer"]!;
        var spec = new ExperimentSpec
        {
            Device = "cpu",
            Model = new ModelSpec
            {
                Path = SharedFolder.Golden("recpo", "tiny", "model"),
                Lora = new LoraSpec { Rank = options.Rank, Alpha = options.Alpha, Rslora = options.RankStabilised, TargetModules = options.Projections() },
            },
            Recpo = new RecPoSpec
            {
                GroupSize = _tiny.Steps[0].Group,
                LearningRate = (double)optimizer["lr"]!,
                WarmupSteps = 0,
                Beta1 = Doubles(optimizer["betas"])[0],
                Beta2 = Doubles(optimizer["betas"])[1],
                ClipGradient = (double)optimizer["max_grad_norm"]!,
                ItemTemperature = _tiny.Temperature,
            },
            Rollout = new RolloutSpec { TopItems = _tiny.ItemPrompts.Length },
            Learning = new LearningSpec { Shards = shards },
        };
        return new PolicyContext(spec, _book, _toy.Tokenizer, _book);
    }

    /// <summary>A learner can only begin with a policy of its own, so the golden adapter comes to it as a checkpoint.</summary>
    private async Task BeginAsync(ToyRun run, PolicyContext context)
    {
        Digest manifest;
        using (var policy = TrainedPolicy.Initial(context))
        using (var optimizer = new AdamW(policy.Tensors, new AdamWOptions()))
        using (var file = SafetensorsFile.Open(_adapter))
        {
            policy.Load(file);
            manifest = LearnerCheckpoint.Write(_toy.Place("golden"), policy, optimizer, new LearnerPosition(true, 0));
        }

        await run.Learner.LoadAsync(_toy.Place("golden"), manifest, default);
        await run.LoadAsync();
    }

    private double[] Stored(string prefix) =>
        [.. new SafetensorsReader(_adapter).Names.Order(StringComparer.Ordinal).SelectMany(name => _tiny.Values.Widened(prefix + Tiny.Bare(name)))];

    private static double[] Numbers(string path)
    {
        var file = new SafetensorsReader(path);
        return [.. file.Names.Order(StringComparer.Ordinal).SelectMany(file.Widened)];
    }
}
