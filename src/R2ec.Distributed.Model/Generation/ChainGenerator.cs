using System.Runtime.InteropServices;
using R2ec.Distributed.Core.Sampling;
using R2ec.Distributed.Model.Backbones;
using R2ec.Distributed.Model.Learning;
using R2ec.Distributed.Model.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Generation;

/// <summary>
/// Writes a bundle's chains: one prefill per prompt, shared by its completions; then one token of every row at a time. What a row gets depends on the bundle
/// and on the uniforms alone: finished rows leave when half of the rows are done, a rule that follows from the tokens. Shapes: R rows, V vocabulary, H hidden.
/// </summary>
internal sealed class ChainGenerator(Backbone backbone, AnswerMarker marker, IReadOnlySet<int> ends)
{
    /// <summary>Below this many rows nothing is gained by letting finished rows leave.</summary>
    private const int FewRows = 8;

    private readonly TokenSampler _sampler = new();

    /// <summary>Generates the bundle.</summary>
    /// <param name="prompts">Token rows.</param>
    /// <param name="group">Completions of each.</param>
    /// <param name="maxNewTokens">Most sampled tokens of a chain.</param>
    /// <param name="filter">Temperature 0 is greedy.</param>
    /// <param name="uniform">The draw for (row, sampled tokens so far), in [0, 1).</param>
    /// <param name="stop">Ends it between two tokens.</param>
    public GeneratedChains Run(IReadOnlyList<int[]> prompts, int group, int maxNewTokens, SamplingFilter filter, Func<int, int, double> uniform, CancellationToken stop)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var padded = PaddedRows.Of(prompts, backbone.Device);
        using var cache = new DecodeCache(
            backbone.Config, padded.Lengths, group, padded.Width, maxNewTokens + marker.Ids.Length, backbone.DType, backbone.Device);
        var rows = Enumerable.Range(0, prompts.Count * group).Select(_ => new ChainRow(marker, ends, maxNewTokens)).ToArray();
        var users = zeros([rows.Length, backbone.Config.HiddenSize], ScalarType.Float32, backbone.Device);
        Prefill(padded, cache, group, rows, filter, uniform);
        var alive = Enumerable.Range(0, rows.Length).ToArray();
        cache.Begin();
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            Step(cache, rows, alive, users, filter, uniform);
            var going = Enumerable.Range(0, alive.Length).Where(at => alive[at] >= 0).ToArray();
            if (going.Length == 0)
            {
                break;
            }

            cache.Advance();
            if (alive.Length > FewRows && going.Length * 2 <= alive.Length)
            {
                cache.Keep(going);
                alive = [.. going.Select(at => alive[at])];
            }
        }

        return new GeneratedChains(rows, users.MoveToOuterDisposeScope().DetachFromDisposeScope());
    }

    private void Prefill(PaddedRows padded, DecodeCache cache, int group, ChainRow[] rows, SamplingFilter filter, Func<int, int, double> uniform)
    {
        using var scope = NewDisposeScope();
        var last = padded.Last(backbone.Forward(padded.Ids_RT, null, cache, null, null));
        var logits = Logits(last);
        var width = (int)backbone.Config.VocabularySize;
        var values = MemoryMarshal.Cast<byte, float>(logits.bytes);
        for (var row = 0; row < rows.Length; row++)
        {
            Draw(values.Slice(row / group * width, width), row, rows[row], filter, uniform);
        }
    }

    private void Step(DecodeCache cache, ChainRow[] rows, int[] alive, Tensor users_RH, SamplingFilter filter, Func<int, int, double> uniform)
    {
        using var scope = NewDisposeScope();
        var fed = tensor(alive.Select(row => row < 0 ? 0L : rows[row].Next).ToArray(), [alive.Length, 1], device: backbone.Device);
        var hidden = backbone.Forward(fed, cache.Positions(), cache, cache.Visible(), null).squeeze(1);
        Capture(rows, alive, hidden, users_RH);
        var sampling = Enumerable.Range(0, alive.Length).Where(at => alive[at] >= 0 && rows[alive[at]].Samples).ToArray();
        foreach (var row in alive.Where(row => row >= 0 && !rows[row].Samples))
        {
            rows[row].Force();
        }

        if (sampling.Length == 0)
        {
            return;
        }

        var logits = Logits(sampling.Length == alive.Length ? hidden : hidden.index_select(0, Index(sampling)));
        var width = (int)backbone.Config.VocabularySize;
        var values = MemoryMarshal.Cast<byte, float>(logits.bytes);
        for (var at = 0; at < sampling.Length; at++)
        {
            var row = alive[sampling[at]];
            Draw(values.Slice(at * width, width), row, rows[row], filter, uniform);
        }
    }

    private void Capture(ChainRow[] rows, int[] alive, Tensor hidden_RH, Tensor users_RH)
    {
        var done = Enumerable.Range(0, alive.Length).Where(at => alive[at] >= 0 && rows[alive[at]].IsLast).ToArray();
        if (done.Length == 0)
        {
            return;
        }

        var places = Index([.. done.Select(at => alive[at])]);
        users_RH.index_copy_(0, places, hidden_RH.index_select(0, Index(done)).to_type(ScalarType.Float32));
        foreach (var at in done)
        {
            alive[at] = -1;
        }
    }

    private void Draw(ReadOnlySpan<float> logits, int row, ChainRow chain, SamplingFilter filter, Func<int, int, double> uniform) =>
        chain.Take(filter.Temperature == 0 ? TokenSampler.Greedy(logits) : _sampler.Sample(logits, filter, uniform(row, chain.SampledCount)));

    private Tensor Logits(Tensor hidden_RH) => backbone.Logits(hidden_RH).to_type(ScalarType.Float32).cpu().contiguous();

    private Tensor Index(int[] places) => tensor(places.Select(place => (long)place).ToArray(), device: backbone.Device);
}
