using R2ec.Distributed.Core;
using R2ec.Distributed.Model.Backbones;
using R2ec.Distributed.Model.Checkpoints;
using R2ec.Distributed.Model.Optimizers;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Tests.Backbones;

public sealed class BackboneTests
{
    /// <summary>Other shapes take other kernels, whose sums run in another order.</summary>
    private const double ReorderedSums = 2e-5;

    [Theory]
    [InlineData("llama", 4, 2)]
    [InlineData("llama", 4, 4)]
    [InlineData("qwen2", 4, 1)]
    public void Kept_keys_give_what_the_whole_sequence_gives(string family, int heads, int keyHeads)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var backbone = TinyBackbones.Create(TinyBackbones.Config(family, heads, keyHeads));
        using var kept = new GrowingKeys(backbone.Config, 3, 16, backbone.DType);
        var ids = TinyBackbones.Ids(3, 12, backbone.Config.VocabularySize);

        var whole = backbone.Forward(ids);
        var parts = new List<Tensor>();
        var at = 0L;
        foreach (var count in new[] { 5, 1, 4, 1, 1 })
        {
            var positions = arange(at, at + count, ScalarType.Int64).expand(3, count);
            parts.Add(backbone.Forward(ids.narrow(1, at, count), positions, kept));
            at += count;
        }

        AssertClose(whole, cat(parts, 1), ReorderedSums);
    }

    [Fact]
    public void Padding_on_the_left_and_on_the_right_changes_no_real_token()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var backbone = TinyBackbones.Create(TinyBackbones.Config());
        var ids = TinyBackbones.Ids(1, 6, backbone.Config.VocabularySize);
        var alone = backbone.Forward(ids);
        foreach (var left in new[] { true, false })
        {
            var padding = zeros(1, 3, ScalarType.Int64);
            var padded = cat(left ? [padding, ids] : [ids, padding], 1);
            var keep = cat(left ? [padding, ones_like(ids)] : [ones_like(ids), padding], 1).to(ScalarType.Bool);

            var batch = backbone.Forward(padded, Visibility.Positions(keep), visible: Visibility.Causal(keep, 9));

            AssertClose(alone, batch.narrow(1, left ? 3 : 0, 6), ReorderedSums);
            Assert.True(batch.isfinite().all().item<bool>());
        }
    }

    [Fact]
    public void One_query_with_grouped_heads_sees_only_what_is_visible()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var backbone = TinyBackbones.Create(TinyBackbones.Config());
        using var kept = new GrowingKeys(backbone.Config, 2, 12, backbone.DType);
        var ids = TinyBackbones.Ids(2, 8, backbone.Config.VocabularySize);
        var keep = tensor(new long[] { 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 }).view(2, 8).to(ScalarType.Bool);
        var whole = backbone.Forward(ids, Visibility.Positions(keep), visible: Visibility.Causal(keep, 8));

        backbone.Forward(ids.narrow(1, 0, 7), Visibility.Positions(keep).narrow(1, 0, 7), kept, Visibility.Causal(keep.narrow(1, 0, 7), 7));
        var last = backbone.Forward(ids.narrow(1, 7, 1), Visibility.Positions(keep).narrow(1, 7, 1), kept, keep.view(2, 1, 1, 8));

        AssertClose(whole.narrow(1, 7, 1), last, ReorderedSums);
    }

    [Fact]
    public void In_bfloat16_the_result_is_that_of_float32_within_its_rounding()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var config = TinyBackbones.Config();
        using var wide = TinyBackbones.Create(config);
        using var narrow = TinyBackbones.Create(config, ScalarType.BFloat16);
        using var adapter = TinyBackbones.Adapter(config, new LoraOptions { Rank = 2, Alpha = 4 });
        var ids = TinyBackbones.Ids(2, 9, config.VocabularySize);
        using var adaptedWide = wide.SharingBase(adapter);
        using var adaptedNarrow = narrow.SharingBase(adapter);

        var result = adaptedNarrow.Forward(ids);

        Assert.Equal(ScalarType.BFloat16, result.dtype);
        AssertClose(adaptedWide.Forward(ids), result.to(ScalarType.Float32), 0.15);
    }

    [Fact]
    public void A_fresh_adapter_changes_nothing_and_trains_only_itself()
    {
        using var scope = NewDisposeScope();
        using var plain = TinyBackbones.Create(TinyBackbones.Config());
        using var adapter = LoraAdapter.Create(plain.Config, new LoraOptions(), TinyBackbones.Uniform, ScalarType.Float32, CPU);
        using var adapted = plain.SharingBase(adapter);
        using var policy = PolicyTensors.Of(adapted);
        var ids = TinyBackbones.Ids(2, 6, plain.Config.VocabularySize);

        var hidden = adapted.Forward(ids);
        hidden.square().sum().backward();

        AssertClose(plain.Forward(ids), hidden, 0);
        Assert.All(plain.Weights.Values, weight => Assert.False(weight.requires_grad));
        Assert.All(adapter.Modules.Values, module => Assert.NotNull(module.B.grad));
    }

    [Fact]
    public void Only_the_layers_asked_for_are_adapted()
    {
        var config = TinyBackbones.Config();
        using var adapter = LoraAdapter.Create(config, new LoraOptions { Layers = [1], TargetModules = ["v_proj", "q_proj"] }, TinyBackbones.Uniform, ScalarType.Float32, CPU);

        Assert.Equal(["model.layers.1.self_attn.q_proj", "model.layers.1.self_attn.v_proj"], adapter.Modules.Keys);
        Assert.Throws<InputException>(() => LoraAdapter.Create(config, new LoraOptions { Layers = [2] }, TinyBackbones.Uniform, ScalarType.Float32, CPU));
        Assert.Throws<InputException>(() => LoraAdapter.Create(config, new LoraOptions { TargetModules = ["qkv"] }, TinyBackbones.Uniform, ScalarType.Float32, CPU));
    }

    [Fact]
    public void Disposing_a_merged_policy_leaves_what_it_shares()
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var plain = TinyBackbones.Create(TinyBackbones.Config());
        using var adapter = TinyBackbones.Adapter(plain.Config, new LoraOptions { TargetModules = ["q_proj"] });
        using var adapted = plain.SharingBase(adapter);
        var ids = TinyBackbones.Ids(1, 5, plain.Config.VocabularySize);
        var before = plain.Forward(ids);

        using (var merged = adapted.Merged())
        {
            AssertClose(adapted.Forward(ids), merged.Forward(ids), ReorderedSums);
        }

        AssertClose(before, plain.Forward(ids), 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Fifty_steps_of_training_leave_no_tensor_behind(bool lora)
    {
        using var plain = TinyBackbones.Create(TinyBackbones.Config());
        using var adapter = TinyBackbones.Adapter(plain.Config, new LoraOptions());
        using var adapted = plain.SharingBase(adapter);
        var trained = lora ? adapted : plain;
        using var policy = PolicyTensors.Of(trained);
        using var optimizer = new AdamW(policy, new AdamWOptions());
        Step();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        for (var step = 0; step < 50; step++)
        {
            Step();
        }

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);

        void Step()
        {
            using var scope = NewDisposeScope();
            var logits = trained.Logits(trained.Forward(TinyBackbones.Ids(2, 7, 53)));
            logits.square().mean().backward();
            optimizer.Step(1e-3, 1.0);
        }
    }

    internal static void AssertClose(Tensor wanted, Tensor computed, double tolerance)
    {
        using var scope = NewDisposeScope();
        Assert.InRange((wanted.detach() - computed.detach()).abs().max().item<float>(), 0, tolerance);
    }
}
