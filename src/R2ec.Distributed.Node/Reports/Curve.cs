namespace R2ec.Distributed.Node.Reports;

/// <summary>A line of a chart.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Points">Step and value, in order.</param>
/// <param name="Band">Lower and upper ends of an interval at each point; null where there is none.</param>
/// <param name="Marks">Whether points are drawn as well: for a few measured values.</param>
internal sealed record Curve(string Name, IReadOnlyList<(double Step, double Value)> Points, IReadOnlyList<(double Low, double High)>? Band = null, bool Marks = false);
