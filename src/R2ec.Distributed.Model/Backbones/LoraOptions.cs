using R2ec.Distributed.Core;

namespace R2ec.Distributed.Model.Backbones;

/// <summary>What an adapter is made of, in PEFT's terms.</summary>
public sealed record LoraOptions
{
    /// <summary>Every projection of the blocks, PEFT's <c>all-linear</c>.</summary>
    public const string AllLinear = "all-linear";

    /// <summary>Width of the adapter.</summary>
    /// <value>Count, at least 1. Default 4.</value>
    public int Rank { get; init; } = 4;

    /// <summary>Numerator of the scale: alpha / rank, or alpha / √rank with <see cref="RankStabilised"/>.</summary>
    /// <value>Above 0. Default 128.</value>
    public double Alpha { get; init; } = 128;

    /// <summary>Recorded for those who train on, not applied here.</summary>
    /// <value>In [0, 1). Default 0.</value>
    public double Dropout { get; init; }

    /// <summary>PEFT's <c>use_rslora</c>.</summary>
    public bool RankStabilised { get; init; }

    /// <summary>Short names of the adapted projections, or <see cref="AllLinear"/> alone.</summary>
    /// <value>Default: all.</value>
    public IReadOnlyList<string> TargetModules { get; init; } = [AllLinear];

    /// <summary>Indices of the adapted blocks; null: all of them.</summary>
    public IReadOnlyList<int>? Layers { get; init; }

    /// <summary>The factor of the adapter's output.</summary>
    public double Scale => RankStabilised ? Alpha / Math.Sqrt(Rank) : Alpha / Rank;

    /// <summary>The short names that <see cref="TargetModules"/> stands for, in the order of the forward pass.</summary>
    public IReadOnlyList<string> Projections() =>
    [
        .. ParameterNames.AttentionProjections.Concat(ParameterNames.FeedForwardProjections)
            .Where(name => TargetModules.Contains(AllLinear) || TargetModules.Contains(name)),
    ];

    /// <summary>Checks the options against a backbone.</summary>
    /// <param name="config">The adapted backbone.</param>
    /// <param name="place">Where they stand, for messages.</param>
    /// <exception cref="InputException">A value is senseless, a projection or a layer does not exist.</exception>
    public void Check(BackboneConfig config, string place)
    {
        var known = ParameterNames.AttentionProjections.Concat(ParameterNames.FeedForwardProjections).Append(AllLinear).ToArray();
        var fault = this switch
        {
            { Rank: < 1 } => $"the rank is {Rank}; it must be at least 1",
            _ when !(Alpha > 0) || !double.IsFinite(Alpha) => $"alpha is {Alpha}; it must be above 0",
            _ when !(Dropout >= 0 && Dropout < 1) => $"the dropout is {Dropout}; it must be at least 0 and below 1",
            { TargetModules.Count: 0 } => "no target module is named",
            _ when TargetModules.FirstOrDefault(name => !known.Contains(name)) is { } stranger =>
                $"the target module '{stranger}' does not exist in a {config.ModelType}; it has {string.Join(", ", known)}",
            { Layers.Count: 0 } => "the list of layers is empty",
            _ when Layers?.FirstOrDefault(layer => layer < 0 || layer >= config.LayerCount, -1) is { } layer and not -1 =>
                $"layer {layer} does not exist; the model has {config.LayerCount}, counted from 0",
            _ when Layers?.Any(layer => layer < 0) == true => "a layer has a negative index",
            _ => null,
        };
        if (fault is not null)
        {
            throw new InputException($"{place}: {fault}.");
        }
    }
}
