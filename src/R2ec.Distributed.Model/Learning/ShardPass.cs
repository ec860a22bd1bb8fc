using R2ec.Distributed.Core.Ports;
using R2ec.Distributed.Core.Spec;
using R2ec.Distributed.Core.Spec.Sections;
using R2ec.Distributed.Model.Backbones;
using TorchSharp;
using static TorchSharp.torch;

namespace R2ec.Distributed.Model.Learning;

/// <summary>
/// One micro-batch of a shard: its forward pass with the graph kept until the vector gradients arrive. Lives on its engine's thread. Shapes: B groups, G
/// completions each, R = B · G, K trained tokens, H hidden.
/// </summary>
internal sealed class ShardPass : IDisposable
{
    private ShardPass(Tensor tokenPart, Tensor users_RH, int clipped)
    {
        TokenPart = tokenPart;
        Users_RH = users_RH;
        ClippedCount = clipped;
    }

    /// <summary>The token part of these groups; gradient flows.</summary>
    public Tensor TokenPart { get; }

    /// <summary>Hidden states at the marker, float32 or wider; gradient flows.</summary>
    public Tensor Users_RH { get; }

    /// <summary>Trained tokens whose ratio lay outside the clip.</summary>
    public int ClippedCount { get; }

    /// <summary>Runs the forward pass.</summary>
    /// <param name="backbone">The policy with its trained tensors requiring gradients.</param>
    /// <param name="groups">Groups of equal size.</param>
    /// <param name="prompts">Their prompts.</param>
    /// <param name="recpo">Clips of the spec.</param>
    public static ShardPass Run(Backbone backbone, IReadOnlyList<TrainedGroup> groups, IReadOnlyList<int[]> prompts, RecPoSpec recpo)
    {
        using var scope = NewDisposeScope();
        var completions = groups.SelectMany(group => group.Completions).ToArray();
        var padded = PaddedRows.Of(prompts, backbone.Device);
        var chains = PaddedRows.Of([.. completions.Select(completion => completion.Tokens)], backbone.Device);
        var (_, hidden) = GroupedForward.Run(backbone, padded, chains, groups[0].Completions.Count, null);
        var users = Gathered.At(hidden, completions.Select((completion, row) => (row, completion.Tokens.Length)));
        users = users.to_type(backbone.DType == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32);
        var (part, clipped) = TokenPartOf(backbone, completions, hidden, recpo);
        return new ShardPass(part.MoveToOuterDisposeScope().DetachFromDisposeScope(), users.MoveToOuterDisposeScope().DetachFromDisposeScope(), clipped);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        TokenPart.Dispose();
        Users_RH.Dispose();
    }

    private static (Tensor Part, int Clipped) TokenPartOf(
        Backbone backbone, TrainedCompletion[] completions, Tensor hidden_RTH, RecPoSpec recpo)
    {
        var wide = backbone.DType == ScalarType.Float64 ? ScalarType.Float64 : ScalarType.Float32;
        var places = completions.SelectMany((completion, row) => Enumerable.Range(0, completion.TrainedCount).Select(t => (row, t))).ToArray();
        if (places.Length == 0)
        {
            return (zeros([], wide, backbone.Device), 0);
        }

        var tokens = tensor(places.Select(p => (long)completions[p.row].Tokens[p.t]).ToArray(), device: backbone.Device);
        var logits = backbone.Logits(Gathered.At(hidden_RTH, places)).to_type(wide);
        var log = RecPoLoss.TokenLogProbabilities(logits, tokens);
        var advantage = tensor(places.Select(p => completions[p.row].Advantage).ToArray(), wide, backbone.Device);
        var scale = tensor(places.Select(p => completions[p.row].TokenScale).ToArray(), wide, backbone.Device);
        var behaviour = completions.Any(completion => completion.BehaviourLogProbabilities is not null)
            ? tensor(places.Select(p => completions[p.row].BehaviourLogProbabilities![p.t]).ToArray(), device: backbone.Device).to_type(wide)
            : null;
        var part = RecPoLoss.TokenPart(log, behaviour, advantage, scale, recpo.EpsilonLow, recpo.EpsilonHigh, behaviour is null ? null : recpo.DualClip);
        return (part, behaviour is null ? 0 : Clipped(log, behaviour, recpo));
    }

    private static int Clipped(Tensor log_K, Tensor behaviour_K, RecPoSpec recpo)
    {
        using var quiet = no_grad();
        var ratio = RecPoLoss.Ratio(log_K, behaviour_K);
        return (int)((ratio < 1 - recpo.EpsilonLow) | (ratio > 1 + recpo.EpsilonHigh)).sum().ToInt64();
    }
}
