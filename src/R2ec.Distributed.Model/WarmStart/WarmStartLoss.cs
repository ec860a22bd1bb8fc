using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Spec.Sections;
using R2ec.Distributed.Model.Backbones;
using R2ec.Distributed.Model.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.WarmStart;

/// <summary>
/// The losses of one warm-start step, backward pass included: token loss on the teacher's chains, item losses behind chains, without a chain and behind every
/// history title, and the next title as a token. Each is a mean over what it counts in the whole step, whatever the micro-batches.
/// </summary>
internal sealed class WarmStartLoss(Backbone backbone, WarmStartSpec spec, double temperature, ITeacher teacher, IReadOnlyList<int[]> rivals, int[] rivalIds, IBlockDropout? dropout)
{
    private readonly Dictionary<string, double> _values = [];

    /// <summary>Computes losses and gradients of a step, and answers with each loss's value.</summary>
    /// <param name="batch">The step.</param>
    public IReadOnlyDictionary<string, double> Backward(WarmStartBatch batch)
    {
        using var scope = NewDisposeScope();
        var size = spec.MicroBatch == 0 ? batch.Prompts.Count : spec.MicroBatch;

        // Memory is what micro-batches are for, and the rivals' graph would stand beside each of them: it is made at the end instead, from the same bits. Dropout would draw anew.
        var later = size < batch.Prompts.Count && dropout is null;
        var items = later ? null : RivalsHidden();
        var leaf = (items ?? Ungraphed(RivalsHidden)).detach().requires_grad_();
        var titles = TitlePairs.Count(batch.Prompts, teacher.TitleTokens);
        for (var from = 0; from < batch.Prompts.Count; from += size)
        {
            using var micro = NewDisposeScope();
            var count = Math.Min(size, batch.Prompts.Count - from);
            Total(batch, from, count, leaf, titles).backward();
        }

        if (leaf.grad is { } gradient)
        {
            (items ?? RivalsHidden()).backward([gradient]);
        }

        return _values;
    }

    private Tensor RivalsHidden() => GroupedForward.LastHidden(backbone, rivals, dropout).to_type(ScalarType.Float32);

    private static Tensor Ungraphed(Func<Tensor> make)
    {
        using var none = no_grad();
        return make();
    }

    private Tensor Total(WarmStartBatch batch, int from, int count, Tensor items_MH, int titles)
    {
        var lessons = batch.Lessons.Count;
        var prompts = PaddedRows.Of([.. batch.Prompts.Skip(from).Take(count)], backbone.Device);
        var rows = batch.Chains.Skip(from * lessons).Take(count * lessons).ToArray();
        var chains = PaddedRows.Of(rows, backbone.Device);
        var (whole, hidden) = GroupedForward.Run(backbone, prompts, chains, lessons, dropout);
        var total = zeros([], ScalarType.Float32, backbone.Device);
        for (var at = 0; at < lessons; at++)
        {
            var own = Enumerable.Range(0, count).Select(user => (user * lessons) + at).ToArray();
            total = total + (batch.Lessons[at] switch
            {
                Lesson.Chain => Weighted("token", spec.TokenWeight, TokenLoss(hidden, rows, own) / batch.TaughtTokens),
                Lesson.Item => Weighted("item", spec.ItemWeight, ItemLoss(hidden, rows, own, batch, from, items_MH) / batch.Prompts.Count),
                _ => Weighted("direct", lessons == 1 ? Math.Max(spec.DirectWeight, spec.ItemWeight) : spec.DirectWeight, ItemLoss(hidden, rows, own, batch, from, items_MH) / batch.Prompts.Count),
            });
        }

        return titles == 0 || (spec.LineWeight == 0 && spec.TitleWeight == 0) ? total : total + TitleLosses(whole, [.. batch.Prompts.Skip(from).Take(count)], items_MH, titles);
    }

    private Tensor TokenLoss(Tensor hidden_RTH, int[][] rows, int[] own)
    {
        var places = own.SelectMany(row => Enumerable.Range(0, rows[row].Length).Select(t => (row, t))).ToArray();
        var tokens = tensor(places.Select(p => (long)rows[p.row][p.t]).ToArray(), device: backbone.Device);
        var logits = backbone.Logits(Gathered.At(hidden_RTH, places)).to_type(ScalarType.Float32);
        return -RecPoLoss.TokenLogProbabilities(logits, tokens).sum();
    }

    private Tensor ItemLoss(Tensor hidden_RTH, int[][] rows, int[] own, WarmStartBatch batch, int from, Tensor items_MH)
    {
        var users = Gathered.At(hidden_RTH, own.Select(row => (row, rows[row].Length))).to_type(ScalarType.Float32);
        var targets = own.Select(row => (long)Column(batch.Targets[from + (row / batch.Lessons.Count)])).ToArray();
        var scores = RecPoLoss.InBatchScores(users, items_MH, temperature);
        return -RecPoLoss.TokenLogProbabilities(scores, tensor(targets, device: backbone.Device)).sum();
    }

    private Tensor TitleLosses(Tensor whole_BPH, IReadOnlyList<int[]> prompts, Tensor items_MH, int titles)
    {
        var pairs = TitlePairs.Of(prompts, teacher.TitleTokens);
        var total = zeros([], ScalarType.Float32, backbone.Device);
        if (pairs.Count == 0)
        {
            return total;
        }

        var hidden = Gathered.At(whole_BPH, pairs.Select(pair => (pair.Row, pair.Place)));
        if (spec.LineWeight > 0)
        {
            var scores = RecPoLoss.InBatchScores(hidden.to_type(ScalarType.Float32), items_MH, temperature);
            var targets = tensor(pairs.Select(pair => (long)Column(pair.NextItem)).ToArray(), device: backbone.Device);
            total = total + Weighted("line", spec.LineWeight, -RecPoLoss.TokenLogProbabilities(scores, targets).sum() / titles);
        }

        if (spec.TitleWeight > 0)
        {
            var logits = backbone.Logits(hidden).to_type(ScalarType.Float32);
            var tokens = tensor(pairs.Select(pair => (long)pair.NextToken).ToArray(), device: backbone.Device);
            total = total + Weighted("title", spec.TitleWeight, -RecPoLoss.TokenLogProbabilities(logits, tokens).sum() / titles);
        }

        return total;
    }

    private int Column(int item) => Array.BinarySearch(rivalIds, item) is var at and >= 0
        ? at
        : throw new InvalidOperationException($"Item {item} is not among the step's rivals.");

    private Tensor Weighted(string name, double weight, Tensor loss)
    {
        _values[$"loss/{name}"] = _values.GetValueOrDefault($"loss/{name}") + loss.detach().ToDouble();
        return loss * weight;
    }
}
