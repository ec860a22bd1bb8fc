using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Model.Backbones;
using R2ec.Distributed.Model.Learning;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.WarmStart;

/// <summary>Pretraining: at every history title, a softmax over the title tokens for the title that follows.</summary>
internal static class PretrainLoss
{
    /// <summary>Computes the loss and its gradient, and answers with the loss.</summary>
    /// <param name="backbone">The policy.</param>
    /// <param name="prompts">Histories, each ending with its target's title.</param>
    /// <param name="teacher">Title tokens.</param>
    /// <param name="dropout">Dropout or null.</param>
    public static double Backward(Backbone backbone, IReadOnlyList<int[]> prompts, ITeacher teacher, IBlockDropout? dropout)
    {
        using var scope = NewDisposeScope();
        var pairs = TitlePairs.Of(prompts, teacher.TitleTokens);
        if (pairs.Count == 0)
        {
            return 0;
        }

        var padded = PaddedRows.Of(prompts, backbone.Device);
        var hidden = Gathered.At(backbone.Forward(padded.Ids_RT, null, null, null, dropout), pairs.Select(pair => (pair.Row, pair.Place)));
        var titles = teacher.TitleTokens.Skip(1).Where(token => token >= 0).Distinct().Order().ToArray();
        var index = tensor(titles.Select(token => (long)token).ToArray(), device: backbone.Device);
        var logits = nn.functional.linear(hidden, backbone.Weights[backbone.Config.TiedHead ? ParameterNames.Embedding : ParameterNames.Head].index_select(0, index)).to_type(ScalarType.Float32);
        var targets = tensor(pairs.Select(pair => (long)Array.BinarySearch(titles, pair.NextToken)).ToArray(), device: backbone.Device);
        var loss = -RecPoLoss.TokenLogProbabilities(logits, targets).mean();
        loss.backward();
        return loss.ToDouble();
    }
}
