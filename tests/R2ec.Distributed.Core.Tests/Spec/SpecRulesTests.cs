namespace R2ec.Distributed.Core.Tests.Spec;

public sealed class SpecRulesTests
{
    [Theory]
    [InlineData("data.path", "data.source=prepared")]
    [InlineData("data.path", "data.path=somewhere")]
    [InlineData("model.path", "model.source=checkpoint", "model.tokenizer=checkpoint")]
    [InlineData("model.path", "model.path=somewhere")]
    [InlineData("model.tokenizer", "model.tokenizer=checkpoint")]
    [InlineData("model.tokenizer", "model.tokenizer=quickstart", "data.source=prepared", "data.path=x")]
    [InlineData("model.chat_template", "model.chat_template=checkpoint")]
    [InlineData("model.hidden", "model.hidden=65")]
    [InlineData("model.hidden", "model.hidden=60")]
    [InlineData("model.kv_heads", "model.kv_heads=3")]
    [InlineData("model.lora", "model.lora.rank=4")]
    [InlineData("prompts.history_line", "model.title_tokens=true", "prompts.history_line={title}")]
    [InlineData("prompts.system", "prompts.system=Be brief.")]
    [InlineData("recpo.relabel_topk", "recpo.relabel_topk=9")]
    [InlineData("recpo.token_weight", "recpo.token_weight=0", "recpo.item_weight=0")]
    [InlineData("recpo.chain_format", "recpo.chain_format=(")]
    [InlineData("recpo.chain_format", @"recpo.chain_format=(a)\1")]
    [InlineData("recpo.max_staleness", "recpo.max_staleness=2")]
    [InlineData("recpo.max_staleness", "recpo.mode=one-step-off", "recpo.max_staleness=1")]
    [InlineData("recpo.max_staleness", "recpo.mode=async", "recpo.max_staleness=0")]
    [InlineData("recpo.max_staleness", "recpo.mode=async", "recpo.max_staleness=17")]
    [InlineData("recpo.max_staleness", "recpo.mode=async", "recpo.max_staleness=3", "recpo.steps=3")]
    [InlineData("recpo.partial_rollouts", "recpo.partial_rollouts=true")]
    [InlineData("recpo.partial_rollouts", "recpo.mode=one-step-off", "recpo.partial_rollouts=true")]
    [InlineData("recpo.mode", "recpo.mode=one_step_off")]
    [InlineData("recpo.mode", "recpo.mode=one-step-off", "recpo.steps=1")]
    [InlineData("recpo.batch_size", "recpo.mode=async", "recpo.batch_size=5000")]
    [InlineData("recpo.dual_clip", "recpo.mode=async", "recpo.dual_clip=1.2")]
    [InlineData("learning.shards", "learning.shards=64")]
    [InlineData("evaluation.interim_samples", "evaluation.samples=10", "evaluation.interim_samples=20")]
    [InlineData("warm_start.pretrain", "warm_start.pretrain.steps=5")]
    [InlineData("warm_start.chains", "warm_start.steps=5")]
    [InlineData("warm_start.line_weight", "warm_start.steps=5", "warm_start.line_weight=1", "warm_start.token_weight=0", "warm_start.item_weight=0")]
    [InlineData("warm_start.title_weight", "warm_start.steps=5", "warm_start.title_weight=1", "warm_start.token_weight=0", "warm_start.item_weight=0")]
    [InlineData("warm_start.token_weight", "warm_start.steps=5", "warm_start.token_weight=0", "warm_start.item_weight=0")]
    public void A_contradiction_is_one_fault_at_the_key_to_change(string key, params string[] values)
    {
        var reading = SpecTree.SoundWith([.. values.Select(v => (v[..v.IndexOf('=', StringComparison.Ordinal)], v[(v.IndexOf('=', StringComparison.Ordinal) + 1)..]))]);

        var fault = Assert.Single(reading.Faults);
        Assert.Equal(key, fault.Key);
        Assert.NotEmpty(fault.Remedy);
    }

    [Fact]
    public void In_async_chains_may_go_over_to_later_versions() =>
        Assert.Empty(SpecTree.SoundWith([("recpo.mode", "async"), ("recpo.partial_rollouts", "true")]).Faults);
}
