namespace R2ec.Distributed.Core.Runs;

/// <summary>One measured number. Names are flat; those that begin with time/, rate/, memory/ or fault/ depend on the machine, all others on the spec alone.</summary>
/// <param name="Name">Such as <c>reward/mean</c>.</param>
/// <param name="Value">The number, in the unit that the reference page names.</param>
public readonly record struct Metric(string Name, double Value);
