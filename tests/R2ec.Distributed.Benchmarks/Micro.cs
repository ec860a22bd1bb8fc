using System.Diagnostics;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Model.Backbones;
using R2ec.Distributed.Model.Engines;
using R2ec.Distributed.Model.Learning;
using TorchSharp;
using static TorchSharp.torch;

internal static class Micro
{
    public static void Run(PolicyContext context, RandomBook book)
    {
        set_num_threads(1);
        using var policy = TrainedPolicy.Initial(context);
        var b = policy.Backbone;
        void Time(string name, Action work, int n = 20)
        {
            for (var i = 0; i < 3; i++) { using var s = NewDisposeScope(); work(); policy.ForgetGradients(); }
            var c = Stopwatch.StartNew();
            for (var i = 0; i < n; i++) { using var s = NewDisposeScope(); work(); policy.ForgetGradients(); }
            Console.WriteLine($"{name}: {c.Elapsed.TotalMilliseconds / n:0.00} ms");
        }

        var prompts = Enumerable.Range(0, 8).Select(i => book.Prompt(new SampleId(i))).ToArray();
        var chains = Enumerable.Range(0, 64).Select(i => Enumerable.Range(5, 27).ToArray()).ToArray();
        var pp = PaddedRows.Of(prompts, b.Device);
        var cc = PaddedRows.Of(chains, b.Device);
        var items = Enumerable.Range(1, 8).Select(book.ItemPrompt).ToArray();
        Time("prompts no grad", () => { using var q = no_grad(); b.Forward(pp.Ids_RT); });
        Time("prompts grad", () => b.Forward(pp.Ids_RT));
        Time("prompts grad + backward", () => b.Forward(pp.Ids_RT).sum().backward());
        Time("chains plain grad", () => b.Forward(cc.Ids_RT));
        Time("chains plain grad + backward", () => b.Forward(cc.Ids_RT).sum().backward());
        Time("grouped no grad", () => { using var q = no_grad(); GroupedForward.Run(b, pp, cc, 8, null); });
        Time("grouped grad", () => GroupedForward.Run(b, pp, cc, 8, null));
        Time("grouped grad + backward", () => { var (w, h) = GroupedForward.Run(b, pp, cc, 8, null); h.sum().backward(); });
        Time("items", () => GroupedForward.LastHidden(b, items).sum().backward());
        var hid = randn(1500, 64).requires_grad_();
        Time("logits", () => RecPoLoss.TokenLogProbabilities(b.Logits(hid), zeros(1500, ScalarType.Int64)));
        Time("logits + backward", () => RecPoLoss.TokenLogProbabilities(b.Logits(hid), zeros(1500, ScalarType.Int64)).sum().backward());
        var x = randn(1728, 64); var w = randn(192, 64); var wt = randn(64, 64);
        Time("linear 1728x64x192", () => nn.functional.linear(x, w), 200);
        Time("linear 1728x64x64", () => nn.functional.linear(x, wt), 200);
        var g1 = randn(1728, 192);
        Time("dW: mm 192x1728x64", () => g1.t().mm(x), 200);
        Time("dX: mm 1728x192x64", () => g1.mm(w), 200);
        foreach (var kv in new[] { 4, 2 })
        {
            var q = randn(64, 4, 27, 16).requires_grad_(); var k = randn(64, kv, 115, 16).requires_grad_(); var v = randn(64, kv, 115, 16).requires_grad_();
            var m = zeros(64, 1, 27, 115);
            if (kv == 4)
            {
                Time("sdpa 4 heads masked", () => nn.functional.scaled_dot_product_attention(q, k, v, m, 0, false));
                Time("sdpa 4 heads masked + backward", () => nn.functional.scaled_dot_product_attention(q, k, v, m, 0, false).sum().backward());
            }
            else
            {
                Time("sdpa gqa masked", () => R2ec.Distributed.Model.Native.Aten.GroupedAttention(q, k, v, m, false));
                Time("sdpa gqa masked + backward", () => R2ec.Distributed.Model.Native.Aten.GroupedAttention(q, k, v, m, false).sum().backward());
                var q2 = randn(64, 2, 54, 16).requires_grad_();
                var m2 = zeros(64, 1, 54, 115);
                Time("sdpa folded masked + backward", () => nn.functional.scaled_dot_product_attention(q2, k, v, m2, 0, false).sum().backward());
            }
        }
    }
}
