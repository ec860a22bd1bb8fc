using System.Runtime.InteropServices;
using R2ec.Distributed.Core.Sampling;
using R2ec.Distributed.Model.Backbones;
using R2ec.Distributed.Model.Tokenization;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Generation;

/// <summary>
/// Writes a bundle's chains: one prefill per prompt, shared by its completions; then one token of every row at a time. What a row gets depends on the bundle,
/// on the uniforms and on where later policies took over, and on nothing else.
/// </summary>
internal sealed class ChainGenerator(Backbone backbone, AnswerMarker marker, IReadOnlySet<int> ends)
{
    private readonly TokenSampler _sampler = new();

    /// <summary>Generates the bundle.</summary>
    /// <param name="prompts">Token rows.</param>
    /// <param name="group">Completions of each.</param>
    /// <param name="maxNewTokens">Most sampled tokens of a chain.</param>
    /// <param name="filter">Temperature 0 is greedy.</param>
    /// <param name="uniform">The draw for (row, sampled tokens so far), in [0, 1).</param>
    /// <param name="stop">Ends it between two tokens.</param>
    /// <param name="later">Asked before every token but the first for a policy that writes from there on; null where one writes all.</param>
    public GeneratedChains Run(
        IReadOnlyList<int[]> prompts, int group, int maxNewTokens, SamplingFilter filter, Func<int, int, double> uniform, CancellationToken stop, Func<LaterPolicy?>? later = null)
    {
        using var quiet = no_grad();
        var rows = Enumerable.Range(0, prompts.Count * group).Select(_ => new ChainRow(marker, ends, maxNewTokens)).ToArray();
        using var writing = new ChainWriting(backbone, prompts, group, rows, maxNewTokens + marker.Ids.Length);
        try
        {
            using (NewDisposeScope())
            {
                Draw(writing.Logits(writing.Begin(), [.. Enumerable.Range(0, prompts.Count)]), [.. Enumerable.Range(0, rows.Length)], row => row / group, rows, filter, uniform);
                writing.Advance();
            }

            while (true)
            {
                stop.ThrowIfCancellationRequested();
                using var step = NewDisposeScope();
                if (writing.Feed() is not { } hidden)
                {
                    return new GeneratedChains(rows, writing.Users_RH);
                }

                // Chains whose last token was just fed are the former policy's to the end; the others go on under the later one.
                Continue(writing, later?.Invoke() is { } next ? writing.GoOver(next) : hidden, rows, filter, uniform);
                writing.Advance();
            }
        }
        catch
        {
            writing.Users_RH.Dispose();
            throw;
        }
    }

    // The next token of every row that goes on: forced, or sampled from the state at its newest one.
    private void Continue(ChainWriting writing, Tensor hidden_RH, ChainRow[] rows, SamplingFilter filter, Func<int, int, double> uniform)
    {
        var alive = writing.Alive;
        int[] sampling = [.. Enumerable.Range(0, alive.Length).Where(at => alive[at] >= 0 && rows[alive[at]].Samples)];
        foreach (var row in alive.Where(row => row >= 0 && !rows[row].Samples))
        {
            rows[row].Force();
        }

        if (sampling.Length > 0)
        {
            Draw(writing.Logits(hidden_RH, sampling), [.. sampling.Select(at => alive[at])], at => at, rows, filter, uniform);
        }
    }

    // The n-th of the writers draws from the row of logits that placeOf names.
    private void Draw(Tensor logits_RV, int[] writers, Func<int, int> placeOf, ChainRow[] rows, SamplingFilter filter, Func<int, int, double> uniform)
    {
        var width = (int)logits_RV.size(1);
        var values = MemoryMarshal.Cast<byte, float>(logits_RV.bytes);
        foreach (var (at, row) in writers.Index())
        {
            var logits = values.Slice(placeOf(at) * width, width);
            rows[row].Take(filter.Temperature == 0 ? TokenSampler.Greedy(logits) : _sampler.Sample(logits, filter, uniform(row, rows[row].SampledCount)));
        }
    }
}
