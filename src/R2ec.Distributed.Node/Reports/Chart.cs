namespace R2ec.Distributed.Node.Reports;

/// <summary>A chart of the report.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Note">One sentence on how to read it.</param>
/// <param name="Unit">Label of the values.</param>
/// <param name="Curves">Its lines.</param>
/// <param name="Levels">Horizontal lines with names, such as baselines.</param>
/// <param name="Stacked">Whether the lines are drawn as areas upon each other.</param>
internal sealed record Chart(string Title, string Note, string Unit, IReadOnlyList<Curve> Curves, IReadOnlyList<(string Name, double Value)> Levels, bool Stacked = false);
