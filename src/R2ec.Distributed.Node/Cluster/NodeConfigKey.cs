using System.Globalization;
using R2ec.Distributed.Core.Spec;

namespace R2ec.Distributed.Node.Cluster;

/// <summary>One key of a node's configuration, as the file and the reference page know it.</summary>
/// <param name="Path">Dotted path, such as <c>remoting.port</c>.</param>
/// <param name="Kind">What it holds.</param>
/// <param name="Meaning">One sentence.</param>
/// <param name="Default">Its value where the file is silent; null where there is none.</param>
internal sealed record NodeConfigKey(string Path, NodeConfigKind Kind, string Meaning, string? Default = null)
{
    /// <summary>Whether a file without it is refused.</summary>
    public bool Required { get; init; }

    /// <summary>Least number.</summary>
    public double Min { get; init; } = double.NaN;

    /// <summary>Greatest number.</summary>
    public double Max { get; init; } = double.NaN;

    /// <summary>The texts allowed; empty where any is.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>The last part of the path.</summary>
    public string Key => Path[(Path.LastIndexOf('.') + 1)..];

    /// <summary>Type of its values, for people.</summary>
    public string KindName => Kind switch
    {
        NodeConfigKind.Name => "name",
        NodeConfigKind.Path => "path",
        NodeConfigKind.Texts => "list of texts",
        NodeConfigKind.Addresses => "list of host:port",
        NodeConfigKind.Whole => "whole number",
        NodeConfigKind.Number => "number",
        NodeConfigKind.Address => "section",
        _ => "text",
    };

    /// <summary>Range or choices, for people; empty where there is no bound.</summary>
    public string RangeName => Choices.Count > 0 ? "of " + string.Join(", ", Choices)
        : Kind == NodeConfigKind.Name ? "letters, digits, '-'; at most 63"
        : double.IsNaN(Min) ? "" : string.Create(CultureInfo.InvariantCulture, $"from {SpecField.Number(Min)} to {SpecField.Number(Max)}");
}
