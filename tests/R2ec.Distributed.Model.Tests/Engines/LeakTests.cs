using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Core.Spec.Sections;
using R2ec.Distributed.Model.Engines;
using R2ec.Distributed.Model.Generation;
using R2ec.Distributed.Model.Learning;
using R2ec.Distributed.Model.Native;
using R2ec.Distributed.Model.WarmStart;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Sampling;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Tests.Engines;

/// <summary>Native tensors are counted per process: nothing else may run beside these.</summary>
[CollectionDefinition(nameof(LeakTests), DisableParallelization = true)]
[Collection(nameof(LeakTests))]
public sealed class LeakTests
{
    private const int Settled = 5;

    [Theory]
    [InlineData("full float32", false, 50)]
    [InlineData("lora float32", true, 50)]
    [InlineData("full bfloat16", false, 20)]
    [InlineData("lora bfloat16", false, 20)]
    public async Task Native_tensors_stay_as_many_over_steps_of_all_engines(string policy, bool recompute, int steps)
    {
        var spec = Toy.Named(policy);
        using var toy = new Toy(spec with { Learning = spec.Learning with { Recompute = recompute } });
        await using var run = new ToyRun(toy);
        await run.BeginAsync();
        var settled = 0L;
        for (var step = 1; step <= steps; step++)
        {
            await run.StepAsync(step, measure: step % 4 == 0);
            await run.Rollouts.MeasureAsync(new R2ec.Distributed.Core.Ports.EvaluationBundle([new SampleId(3)], R2ec.Distributed.Core.Ports.ChainMode.Greedy, null), default);
            settled = step == Settled ? Tensor.TotalCount : settled;
        }

        Assert.Equal(settled, Tensor.TotalCount);
    }

    [Fact]
    public async Task Native_tensors_stay_as_many_over_warm_start_checkpoints_and_restarts()
    {
        using var toy = new Toy(LearnerCheckpointTests.Warm(Toy.Small) with { Learning = new LearningSpec { Shards = 1 } });
        await using var run = new ToyRun(toy);
        var settled = 0L;
        for (var round = 1; round <= 12; round++)
        {
            await run.Learner.InitialiseAsync(default);
            await run.Learner.WarmStartAsync(4, default);
            var manifest = await run.Learner.SaveAsync(toy.Place("kept"), default);
            await run.Learner.LoadAsync(toy.Place("kept"), manifest, default);
            await run.Learner.WarmStartAsync(7, default);
            await run.Learner.BeginReinforcementAsync(default);
            await run.StepAsync(1);
            settled = round == Settled ? Tensor.TotalCount : settled;
        }

        Assert.Equal(settled, Tensor.TotalCount);
    }

    [Fact]
    public void No_tensor_is_left_to_a_dispose_scope_or_to_the_collector()
    {
        using var toy = new Toy(LearnerCheckpointTests.Warm(Toy.Small));
        using var policy = TrainedPolicy.Initial(toy.Context);
        using var trainer = new WarmStartTrainer(toy.Context, policy);
        var generator = new ChainGenerator(policy.Backbone, toy.Context.Marker, toy.Context.EndOfTurn);
        var prompt = toy.Book.Prompt(new SampleId(1));
        var order = new R2ec.Distributed.Core.Ports.ShardOrder(1, 0, ToyGroups.Drawn(toy, 3), [1, 2], false);
        var gradients = new byte[order.Groups.Sum(group => group.Completions.Count) * toy.Context.Config.HiddenSize * sizeof(float)];
        var (alive, scoped) = (0L, 0L);
        for (var round = 1; round <= 10; round++)
        {
            trainer.Step(round % trainer.Steps);
            using (generator.Run([prompt, prompt], 4, 6, SamplingFilter.None, (row, t) => ((row * 7) + t) % 11 / 11.0, default))
            {
            }

            using (generator.Run([prompt, prompt], 4, 6, SamplingFilter.None, (row, t) => ((row * 7) + t) % 11 / 11.0, default, () => new LaterPolicy(1, policy.Backbone)))
            {
            }

            using (var shard = KeptShard.Run(toy.Context, policy.Backbone, order, default))
            {
                shard.Backward(gradients, new byte[2 * toy.Context.Config.HiddenSize * sizeof(float)], true, true, false, default);
            }

            policy.ForgetGradients();
            var statistics = DisposeScopeManager.Statistics.TensorStatistics;
            if (round == Settled)
            {
                (alive, scoped) = (Tensor.TotalCount, statistics.ThreadTotalLiveCount);
            }
        }

        Assert.Equal(alive, Tensor.TotalCount);
        Assert.Equal(scoped, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void A_thousand_calls_of_an_operator_leave_no_tensor_behind()
    {
        using var x = ones(5, 8);
        using var w = ones(8);
        var before = Tensor.TotalCount;

        for (var i = 0; i < 1000; i++)
        {
            Aten.RmsNorm(x, w, 1e-5).Dispose();
        }

        Assert.Equal(before, Tensor.TotalCount);
    }
}
