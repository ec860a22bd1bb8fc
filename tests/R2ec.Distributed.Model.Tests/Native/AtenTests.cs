using R2ec.Distributed.Model.Native;
using R2ec.Distributed.Model.Tests.Backbones;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Tests.Native;

public sealed class AtenTests
{
    [Fact]
    public void The_norm_and_its_gradients_are_those_of_plain_operators()
    {
        using var scope = NewDisposeScope();
        var (x, w) = (Random("x", 5, 8).requires_grad_(), Random("w", 8).requires_grad_());
        var (x2, w2) = (x.detach().clone().requires_grad_(), w.detach().clone().requires_grad_());

        var fused = Aten.RmsNorm(x, w, 1e-5);
        var plain = x2 * (x2.square().mean([1], true) + 1e-5).rsqrt() * w2;
        (fused * fused).sum().backward();
        (plain * plain).sum().backward();

        BackboneTests.AssertClose(plain, fused, 1e-6);
        BackboneTests.AssertClose(x2.grad!, x.grad!, 1e-5);
        BackboneTests.AssertClose(w2.grad!, w.grad!, 1e-5);
    }

    [Fact]
    public void An_embedding_picks_rows_and_sums_their_gradients()
    {
        using var scope = NewDisposeScope();
        var table = Random("t", 6, 3).requires_grad_();

        var rows = Aten.Embedding(table, tensor(new long[] { 4, 1, 4 }).view(1, 3));
        rows.sum().backward();

        BackboneTests.AssertClose(table.index_select(0, tensor(new long[] { 4, 1, 4 })).view(1, 3, 3), rows, 0);
        Assert.Equal([0f, 1f, 0f, 0f, 2f, 0f], table.grad!.select(1, 0).data<float>().ToArray());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Grouped_attention_is_attention_over_repeated_heads(bool causal)
    {
        using var scope = NewDisposeScope();
        var (q, k, v) = (Random("q", 2, 4, 5, 8), Random("k", 2, 2, 5, 8), Random("v", 2, 2, 5, 8));
        var mask = causal ? null : Random("m", 2, 1, 5, 5);

        var grouped = Aten.GroupedAttention(q, k, v, mask, causal);
        var repeated = nn.functional.scaled_dot_product_attention(q, k.repeat_interleave(2, 1), v.repeat_interleave(2, 1), mask, 0, causal);

        BackboneTests.AssertClose(repeated, grouped, 1e-6);
    }

    [Fact]
    public void An_operator_that_refuses_its_arguments_is_an_exception_and_leaves_the_process_whole()
    {
        using var scope = NewDisposeScope();

        Assert.Throws<InvalidOperationException>(() => Aten.RmsNorm(Random("x", 5, 8), Random("w", 7), 1e-5));

        Assert.Equal(40, Aten.RmsNorm(Random("x", 5, 8), Random("w", 8), 1e-5).numel());
    }

    private static Tensor Random(string name, params long[] shape) => tensor(TinyBackbones.Normal(name, shape.Aggregate(1L, (a, b) => a * b))).view(shape);
}
