using System.Runtime.InteropServices;
using R2ec.Distributed.Core.Identity;
using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Model.Backbones;
using R2ec.Distributed.Model.Checkpoints;
using R2ec.Distributed.Model.Learning;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Engines;

/// <summary>
/// A prompt that both sides of a weight transfer compute. The learner writes into each published version what its policy makes of it; a worker that loads the
/// version compares. The version's digest says that the trained tensors came over; the canary says that with this worker's base, tokenizer, data set and kernels
/// they are the same policy.
/// </summary>
internal static class Canary
{
    /// <summary>Key of the note in a version's file.</summary>
    internal const string Key = "r2ec.canary";

    // A few tokens show a wrong base as well as many do, and every version pays for them on both sides.
    private const int Tokens = 16;

    // LoRA that is folded into its base rounds otherwise than LoRA beside it.
    private const double LeastCosine = 0.9999;
    private const double LeastCosineOfHalf = 0.99;

    /// <summary>What a policy makes of the canary: its hidden state at the last token, L2-normalised. float32 (H).</summary>
    internal static float[] Of(Backbone backbone, PolicyContext context)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var prompt = context.Book.Prompt(new SampleId(context.Book.FirstSample(Split.Train)));
        var hidden = GroupedForward.LastHidden(backbone, [prompt.Length <= Tokens ? prompt : prompt[^Tokens..]]).to_type(ScalarType.Float32);
        return MemoryMarshal.Cast<byte, float>((hidden / hidden.norm()).cpu().contiguous().bytes).ToArray();
    }

    /// <summary>The note for a version's file.</summary>
    internal static KeyValuePair<string, string> Note(Backbone backbone, PolicyContext context) =>
        new(Key, Convert.ToBase64String(MemoryMarshal.AsBytes<float>(Of(backbone, context))));

    /// <summary>Compares with the note of a version's file; a file without one, such as a checkpoint's, is not asked.</summary>
    /// <exception cref="InvalidOperationException">This side makes something else of it.</exception>
    internal static void Check(SafetensorsFile file, Backbone backbone, PolicyContext context)
    {
        if (!file.Metadata.TryGetValue(Key, out var note))
        {
            return;
        }

        var own = Of(backbone, context);
        var theirs = new byte[own.Length * sizeof(float)];
        var cosine = Convert.TryFromBase64String(note, theirs, out var written) && written == theirs.Length ? Cosine(own, MemoryMarshal.Cast<byte, float>(theirs)) : double.NaN;
        if (!(cosine >= (context.DType == ScalarType.Float32 ? LeastCosine : LeastCosineOfHalf)))
        {
            throw new InvalidOperationException(
                $"The canary prompt of {Path.GetFileName(file.Path)} is another here than at the learner (cosine {cosine:0.000000}): base checkpoint, tokenizer, data set or numerics of this node differ from the learner's. Compare them, then start the node again.");
        }
    }

    private static double Cosine(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        var sum = 0.0;
        for (var at = 0; at < left.Length; at++)
        {
            sum += (double)left[at] * right[at];
        }

        return sum;
    }
}
